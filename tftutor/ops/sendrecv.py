"""_Send and _Recv: where a value leaves one partition of a step and enters another.

The runtime puts them into its partitions itself; a graph that holds them can be run too. Sender
and receiver meet under a key made of the devices and the tensor's name.
"""

from __future__ import annotations

from tftutor.framework.op_def import OpDef

_PLACES = ("tensor_name: string", "send_device: string", "send_device_incarnation: int",
           "recv_device: string", "client_terminated: bool = false")

Send = OpDef("_Send", inputs=("tensor: T",), attrs=("T: type", *_PLACES), stateful=True,
             doc="Hand a tensor to the _Recv node of the same name in another partition.")
Recv = OpDef("_Recv", outputs=("tensor: tensor_type",), attrs=("tensor_type: type", *_PLACES),
             stateful=True, doc="Take the tensor that the _Send node of the same name hands over.")


@Send.shape
def send_shape(c):
    """A _Send gives nothing."""


@Recv.shape
def recv_shape(c):
    """The shape is known to the sender only."""
    c.set_output(0, None)


Send.not_differentiable("it is put into a partition after gradients have been taken")
Recv.not_differentiable("it is put into a partition after gradients have been taken")


@Send.kernel()
def send_kernel(tensor, *, ctx, step):
    step.rendezvous.send(_key(ctx), tensor)


@Recv.kernel()
def recv_kernel(*, ctx, step):
    return step.rendezvous.recv(_key(ctx))


def _key(ctx):
    """TF's rendezvous key, without the frame and iteration."""
    return (f"{ctx.attr('send_device')};{ctx.attr('send_device_incarnation'):x};"
            f"{ctx.attr('recv_device')};{ctx.attr('tensor_name')}")
