"""From what the engine knows of an opacity to what each voxel of the chest holds."""
