"""Notes on operations that compute: formula and a sentence in plain language, by op type."""

from __future__ import annotations

_E = "Elementwise, with broadcasting: a smaller operand is repeated along the missing sizes."

MATH: dict[str, tuple[str, str]] = {
    # -- arithmetic
    "Add": ("z = x + y", f"Adds. {_E}"),
    "AddV2": ("z = x + y", f"Adds; it is what the operator + makes. {_E}"),
    "Sub": ("z = x - y", f"Subtracts. {_E}"),
    "Mul": ("z = x * y", f"Multiplies number by number; for the product of matrices see MatMul. "
                         f"{_E}"),
    "RealDiv": ("z = x / y", f"Divides; it is what the operator / makes of floats. {_E}"),
    "Div": ("z = x / y", f"Divides as Python 2 did: whole numbers give whole numbers. {_E}"),
    "FloorDiv": ("z = floor(x / y)", f"Divides and rounds down. {_E}"),
    "FloorMod": ("z = x - floor(x / y) * y", f"The remainder of a division. {_E}"),
    "DivNoNan": ("z = x / y, 0 where y = 0", f"Divides, and gives 0 where the divisor is 0. {_E}"),
    "AddN": ("y = x1 + x2 + ... + xn", "Adds several tensors of one shape. In a gradient: a value "
             "that is used in several places gets a part of its gradient from each."),
    "Neg": ("y = -x", "Changes the sign."),
    "Abs": ("y = |x|", "The absolute value."),
    "Square": ("y = x * x", "The square of each number."),
    "Sqrt": ("y = sqrt(x)", "The square root of each number; NaN for negative ones."),
    "Rsqrt": ("y = 1 / sqrt(x)", "One over the square root."),
    "Pow": ("z = x ^ y", f"Raises to a power. {_E}"),
    "Exp": ("y = e ^ x", "The exponential; infinite above about 88 in float32."),
    "Log": ("y = ln(x)", "The natural logarithm: -inf for 0 and NaN below. Taking the log of a "
            "softmax this way is a usual source of NaN."),
    "Log1p": ("y = ln(1 + x)", "The logarithm of 1 + x, exact for small x."),
    "Maximum": ("z = max(x, y)", f"The larger of two. {_E}"),
    "Minimum": ("z = min(x, y)", f"The smaller of two. {_E}"),
    "SquaredDifference": ("z = (x - y)^2", f"The square of the difference. {_E}"),
    "Reciprocal": ("y = 1 / x", "One over each number."),
    "Sign": ("y = -1, 0 or 1", "The sign of each number."),
    "Floor": ("y = the whole number below x", "Rounds down."),
    "Ceil": ("y = the whole number above x", "Rounds up."),
    "Round": ("y = the nearest whole number", "Rounds; halves go to the even neighbour."),
    "Sin": ("y = sin(x)", "The sine."), "Cos": ("y = cos(x)", "The cosine."),
    "Tanh": ("y = tanh(x), between -1 and 1", "An activation that is steep in the middle and flat "
             "outside: there its gradient vanishes."),
    # -- comparison and logic
    "Equal": ("z = (x == y)", f"True where both are the same. {_E}"),
    "NotEqual": ("z = (x != y)", f"True where both differ. {_E}"),
    "Less": ("z = (x < y)", f"True where the first is smaller. {_E}"),
    "LessEqual": ("z = (x <= y)", f"True where the first isn't larger. {_E}"),
    "Greater": ("z = (x > y)", f"True where the first is larger. {_E}"),
    "GreaterEqual": ("z = (x >= y)", f"True where the first isn't smaller. {_E}"),
    "LogicalAnd": ("z = x and y", "True where both are."),
    "LogicalOr": ("z = x or y", "True where at least one is."),
    "LogicalNot": ("y = not x", "Turns True into False and back."),
    "Select": ("z = x where c, else y", "Chooses number by number; both sides have been computed."),
    "Where": ("", "The places (row numbers) where a tensor of booleans is True."),
    # -- reductions
    "Sum": ("y = sum of x over the axes", "Adds up along the given axes; they vanish from the "
            "shape unless keep_dims is set."),
    "Mean": ("y = sum of x / number of x", "The average along the given axes. A loss is usually "
             "the mean over the batch."),
    "Prod": ("y = product of x over the axes", "Multiplies along the given axes."),
    "Max": ("y = largest x over the axes", "The maximum along the given axes."),
    "Min": ("y = smallest x over the axes", "The minimum along the given axes."),
    "All": ("y = whether all x are True", "Logical and along the given axes."),
    "Any": ("y = whether one x is True", "Logical or along the given axes."),
    "ArgMax": ("y = position of the largest x", "Where the maximum is, not how large: the class "
               "that a classifier chooses. It has no gradient."),
    "ArgMin": ("y = position of the smallest x", "Where the minimum is. It has no gradient."),
    "L2Loss": ("y = sum of x^2 / 2", "Half the sum of squares: a penalty on large weights."),
    "TopKV2": ("", "The k largest entries along the last axis and where they are."),
    "InTopK": ("", "Whether the right class is among the k best predictions."),
    # -- matrices and networks
    "MatMul": ("C[i,j] = sum over k of A[i,k] B[k,j]", "The product of two matrices: [m, k] times "
               "[k, n] gives [m, n]. The inner sizes must agree. A dense layer is a MatMul and an "
               "addition."),
    "BatchMatMul": ("C[..,i,j] = sum over k of A[..,i,k] B[..,k,j]", "Products of two stacks of "
                    "matrices, pair by pair."),
    "BatchMatMulV2": ("C[..,i,j] = sum over k of A[..,i,k] B[..,k,j]", "Products of two stacks of "
                      "matrices, pair by pair; the stacks broadcast."),
    "BiasAdd": ("y[.., c] = x[.., c] + b[c]", "Adds one number per channel, the bias."),
    "Conv2D": ("y[b,i,j,o] = sum over di,dj,c of x[b,i+di,j+dj,c] f[di,dj,c,o]",
               "Slides filters over images: each output pixel is a weighted sum of a small window. "
               "Images are [batch, height, width, channels], filters [height, width, in, out]."),
    "DepthwiseConv2dNative": ("", "A convolution in which each channel has filters of its own."),
    "MaxPool": ("y = largest x of each window", "Makes images smaller: of each window only the "
                "largest value goes on."),
    "AvgPool": ("y = mean of x over each window", "Makes images smaller by averaging windows."),
    "Relu": ("y = max(x, 0)", "The usual activation: lets positive numbers pass and makes the "
             "others 0. Where it gives 0 its gradient is 0 too."),
    "Relu6": ("y = min(max(x, 0), 6)", "Like Relu, but not above 6."),
    "LeakyRelu": ("y = x if x > 0 else alpha x", "Like Relu, with a small slope below 0."),
    "Elu": ("y = x if x > 0 else e^x - 1", "An activation that is smooth below 0."),
    "Selu": ("y = s x if x > 0 else s a (e^x - 1)", "An activation that keeps mean 0 and "
             "variance 1."),
    "Sigmoid": ("y = 1 / (1 + e^-x), between 0 and 1", "Turns any number into one between 0 and "
                "1: a probability, or a gate that is open or shut."),
    "Softplus": ("y = ln(1 + e^x)", "A smooth Relu."),
    "Softsign": ("y = x / (1 + |x|)", "An activation between -1 and 1."),
    "Softmax": ("y[i] = e^x[i] / sum over j of e^x[j]", "Turns scores (logits) into probabilities "
                "that add up to 1, along the last axis."),
    "LogSoftmax": ("y[i] = x[i] - ln(sum over j of e^x[j])", "The logarithm of a softmax, without "
                   "the overflow that Log after Softmax risks."),
    "SoftmaxCrossEntropyWithLogits": (
        "loss = - sum over i of label[i] ln(softmax(logits)[i])", "The usual loss of a classifier. "
        "It takes logits, not probabilities: don't put a softmax before it. The second output is "
        "its gradient, softmax - labels."),
    "SparseSoftmaxCrossEntropyWithLogits": (
        "loss = - ln(softmax(logits)[label])", "The loss of a classifier, with labels as class "
        "numbers instead of one-hot rows."),
    "LRN": ("", "Local response normalisation: divides by the size of the neighbouring channels."),
    "FusedBatchNorm": ("y = (x - mean) / sqrt(variance + eps) * scale + offset",
                       "Batch normalisation, all steps in one. Further outputs: the batch's mean "
                       "and variance."),
    "FusedBatchNormV3": ("y = (x - mean) / sqrt(variance + eps) * scale + offset",
                         "Batch normalisation, all steps in one. Further outputs: the batch's "
                         "mean and variance."),
    # -- gradients
    "ReluGrad": ("dx = dy where x > 0, else 0", "The gradient of Relu: it passes where Relu let "
                 "the value pass."),
    "SigmoidGrad": ("dx = dy * y (1 - y)", "The gradient of Sigmoid, from its output y."),
    "TanhGrad": ("dx = dy * (1 - y^2)", "The gradient of Tanh, from its output y."),
    "BiasAddGrad": ("db[c] = sum of dy over all but c", "The gradient of a bias: it was added "
                    "everywhere, so what comes back from everywhere is added up."),
    "MaxPoolGrad": ("", "The gradient of MaxPool: it goes to the largest value of each window."),
    "AvgPoolGrad": ("", "The gradient of AvgPool: spread evenly over each window."),
    "Conv2DBackpropInput": ("", "The gradient of a convolution for its images; also what "
                            "conv2d_transpose makes, to enlarge images."),
    "Conv2DBackpropFilter": ("", "The gradient of a convolution for its filters."),
    "SqrtGrad": ("dx = dy / (2 y)", "The gradient of Sqrt, from its output y."),
    "RsqrtGrad": ("dx = - dy y^3 / 2", "The gradient of Rsqrt, from its output y."),
    "BroadcastGradientArgs": ("", "Tells along which axes two shapes were broadcast: the gradient "
                              "has to be summed along them."),
    "StridedSliceGrad": ("", "The gradient of a slice: zeros, with the gradient put where the "
                         "slice was taken."),
    # -- updates
    "ApplyGradientDescent": ("w = w - learning_rate * gradient", "The step of gradient descent: "
                             "changes the variable in place."),
    "ApplyMomentum": ("v = momentum * v + gradient;  w = w - learning_rate * v",
                      "Gradient descent with a memory of earlier steps."),
    "ApplyAdam": ("m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  "
                  "w = w - lr_t m / (sqrt(v) + eps)",
                  "The step of Adam: m and v are running means of the gradient and its square."),
    "ApplyAdagrad": ("a = a + g^2;  w = w - learning_rate * g / sqrt(a)",
                     "The step of Adagrad: weights that changed much change less and less."),
    "ApplyRMSProp": ("v = d v + (1 - d) g^2;  w = w - learning_rate * g / sqrt(v + eps)",
                     "The step of RMSProp: the gradient, divided by its recent size."),
}
