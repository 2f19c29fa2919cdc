"""The state of the GPUs as a drawing: gauges for the eye, nvidia-smi's table as text."""

from tftutor.inspection.gpu_panel.reading import Reading, drawing, read

__all__ = ["Reading", "drawing", "read"]
