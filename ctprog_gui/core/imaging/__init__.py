"""Images in patient space: geometry, volumes, masks, resampling, file formats.

Arrays are ``(z, y, x)``; points and sizes are ``(x, y, z)``, in LPS and mm unless the name says
otherwise (L, P and S are the positive directions).
"""
