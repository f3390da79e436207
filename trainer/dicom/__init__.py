"""CT, segmentation and radiograph objects to and from DICOM."""
