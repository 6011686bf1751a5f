"""VTK scenes, without Qt."""
