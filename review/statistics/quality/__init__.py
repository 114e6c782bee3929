"""How good production is: the share of conversations that people would call positive, with its uncertainty.

One table of counts per stratum is all that is needed (``Stratum``): how many conversations it holds, what the judge
said of them, and what people said of the few they labelled. From it come the estimate from people alone, the judge's
own share, and the two that join both: the stratified difference estimator and power-tuned prediction-powered
inference. Every function is pure: values in, values out.
"""
