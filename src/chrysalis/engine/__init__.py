"""The training engine: one loop, batched augmentation on the device, exact resumption."""
