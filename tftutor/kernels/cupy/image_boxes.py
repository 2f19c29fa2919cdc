"""CropAndResizeGradImage on CuPy."""

from __future__ import annotations

from tftutor.kernels.array_api.image_boxes import crop_and_resize_grad_image_kernel_with
from tftutor.kernels.cupy.scatter_rows import add_rows
from tftutor.ops.image_boxes import CropAndResizeGradImage

CropAndResizeGradImage.kernel("cupy")(crop_and_resize_grad_image_kernel_with(add_rows))
