"""Networks as they are put to use: exported to ONNX, quantised, and measured in one runtime."""
