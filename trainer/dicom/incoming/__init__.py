"""What was received as DICOM from elsewhere, none of it trusted: found, its headers, its order, its pixels."""
