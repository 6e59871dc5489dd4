"""Where a network looks: Grad-CAM and its gallery."""
