"""Programs with conditionals, loops and TensorArrays; `ask_control_flow.py` asks TF 1.15 for them.

Each program sets `feeds` (placeholder -> value), `out` (tensors to run) and maybe `init` (an
operation to run before).
"""

PROGRAMS = {
    "g1": """
x=tf.placeholder(tf.float32,[]); feeds={x:2.0}
r=tf.while_loop(lambda i,a: i<5, lambda i,a: (i+1, a*x), [0, 1.0])
out=[r[1], tf.gradients(r[1], x)[0]]
""",
    "nested": """
x=tf.placeholder(tf.float32,[]); feeds={x:1.5}
def body(i,a):
    _,b=tf.while_loop(lambda j,b: j<i+1, lambda j,b: (j+1, b*x+tf.sin(b)), [0,a])
    return i+1, b
r=tf.while_loop(lambda i,a: i<3, body, [0, 1.0])
out=[r[1], tf.gradients(r[1], x)[0]]
""",
    "cond_in_while": """
x=tf.placeholder(tf.float32,[3]); feeds={x:[1.5,0.5,2.]}
def body(i,a):
    return i+1, tf.cond(tf.equal(i%2,0), lambda: a*x, lambda: tf.sin(a)+x*x)
r=tf.while_loop(lambda i,a: i<5, body, [0, x])
out=[r[1], tf.gradients(r[1], x)[0]]
""",
    "cond_in_while_unknown": """
x=tf.placeholder(tf.float32,None); feeds={x:[1.5,0.5,2.]}
def body(i,a):
    return i+1, tf.cond(tf.equal(i%2,0), lambda: a*x, lambda: tf.sin(a))
r=tf.while_loop(lambda i,a: i<5, body, [0, x])
out=[r[1], tf.gradients(r[1], x)[0]]
""",
    "while_in_cond": """
x=tf.placeholder(tf.float32,[]); feeds={x:1.5}
r=tf.cond(x>1., lambda: tf.while_loop(lambda i,a: i<4, lambda i,a: (i+1, a*x), [0, 1.0])[1],
    lambda: x*3.)
out=[r, tf.gradients(r, x)[0]]
""",
    "while_in_cond_untaken": """
x=tf.placeholder(tf.float32,[]); feeds={x:0.5}
r=tf.cond(x>1., lambda: tf.while_loop(lambda i,a: i<4, lambda i,a: (i+1, a*x), [0, 1.0])[1],
    lambda: x*3.)
out=[r, tf.gradients(r, x)[0]]
""",
    "two_vars_unused": """
x=tf.placeholder(tf.float32,[2]); y=tf.placeholder(tf.float32,[2]); feeds={x:[1.,2.],y:[3.,4.]}
r=tf.while_loop(lambda i,a,b: i<4, lambda i,a,b: (i+1, a*b, b+x), [0,x,y])
out=[r[1], *tf.gradients(r[1], [x,y])]
""",
    "cond2nd": """
x=tf.placeholder(tf.float32,[]); feeds={x:1.5}
r=tf.cond(x>1., lambda: x*x*x, lambda: x)
g=tf.gradients(r,x)[0]
out=[r,g,tf.gradients(g,x)[0]]
""",
    "grad_in_loop": """
x=tf.placeholder(tf.float32,[]); feeds={x:1.5}
def body(i,w):
    l=tf.square(w-x)
    return i+1, w-0.1*tf.gradients(l,w)[0]
r=tf.while_loop(lambda i,w: i<20, body, [0,0.0])
out=[r[1]]
""",
    "gather_sparse": """
x=tf.placeholder(tf.float32,[4,2]); feeds={x:[[1.,2.],[3.,4.],[5.,6.],[7.,8.]]}
r=tf.while_loop(lambda i,a: i<3, lambda i,a: (i+1, a+tf.reduce_sum(tf.gather(x,[i,i+1]))), [0,0.0])
g=tf.gradients(r[1],x)[0]
out=[r[1],g]
""",
    "independent_next": """
x=tf.placeholder(tf.float32,[2]); feeds={x:[1.,2.]}
r=tf.while_loop(lambda i,a: i<3, lambda i,a: (i+1, x*tf.cast(i,tf.float32)), [0, x])
out=[r[1],tf.gradients(r[1],x)[0]]
""",
    "shape_inv": """
x=tf.placeholder(tf.float32,[1,2]); feeds={x:[[1.,2.]]}
r=tf.while_loop(lambda i,a: i<3, lambda i,a: (i+1, tf.concat([a,x*2.],0)), [0,
    x],shape_invariants=[tf.TensorShape([]),tf.TensorShape([None,2])])
out=[r[1],tf.gradients(tf.reduce_sum(r[1]*r[1]),x)[0]]
""",
    "matmul": """
w=tf.placeholder(tf.float32,[2,2]); feeds={w:[[.5,.2],[.1,.9]]}
r=tf.while_loop(lambda i,a: i<6, lambda i,a: (i+1, tf.tanh(tf.matmul(a,w))), [0,tf.ones([3,2])])
out=[r[1],tf.gradients(r[1],w)[0]]
""",
    "zero_iter": """
x=tf.placeholder(tf.float32,[2]); y=tf.placeholder(tf.float32,[2]); feeds={x:[1.,2.],y:[5.,6.]}
r=tf.while_loop(lambda i,a: i<0, lambda i,a: (i+1, a*y), [0, x])
out=[r[1],*tf.gradients(r[1],[x,y])]
""",
    "case": """
x=tf.placeholder(tf.int32,[]); feeds={x:1}
out=[tf.case([(tf.equal(x, 0), lambda: tf.constant(10)), (tf.equal(x, 1),
    lambda: tf.constant(20))], default=lambda: tf.constant(30), exclusive=True)]
""",
    "map_fn": """
x=tf.placeholder(tf.float32,[4]); feeds={x:[1.,2.,3.,4.]}
r=tf.map_fn(lambda v: v*v*2., x)
out=[r,tf.gradients(r,x)[0]]
""",
    "scan": """
x=tf.placeholder(tf.float32,[4]); feeds={x:[1.,2.,3.,4.]}
r=tf.scan(lambda a,v: a*v+v, x)
r2=tf.scan(lambda a,v: a+v, x, initializer=5.0, reverse=True)
out=[r,r2,tf.gradients(r,x)[0],tf.gradients(r2,x)[0]]
""",
    "fold": """
x=tf.placeholder(tf.float32,[4]); feeds={x:[1.,2.,3.,4.]}
r=tf.foldl(lambda a,v: a*v+v, x)
r2=tf.foldr(lambda a,v: a*v-v, x)
r3=tf.foldl(lambda a,v: a+v[0]*v[1], (x,x*2.), initializer=0.5)
out=[r,r2,r3,*tf.gradients([r,r2,r3],x)]
""",
    "map_multi": """
x=tf.placeholder(tf.float32,[3,2]); feeds={x:[[1.,2.],[3.,4.],[5.,6.]]}
a,b=tf.map_fn(lambda t: (t[0]+t[1], tf.reduce_sum(t[0])), (x,x*2.), dtype=(tf.float32,tf.float32))
out=[a,b,tf.gradients([a,b],x)[0]]
""",
    "ta": """
x=tf.placeholder(tf.float32,[4]); feeds={x:[1.,2.,3.,4.]}
ta=tf.TensorArray(tf.float32,size=4).unstack(x)
def body(i,s,o):
    v=ta.read(i)
    return i+1, s+v*v, o.write(i,s*v)
_,s,o=tf.while_loop(lambda i,s,o: i<4, body,[0,1.0,tf.TensorArray(tf.float32,size=4)])
st=o.stack()
out=[s,st,tf.gradients(st,x)[0]]
""",
    "ta_dyn": """
x=tf.placeholder(tf.float32,[2]); feeds={x:[1.,2.]}
def body(i,o):
    return i+1, o.write(i,x*tf.cast(i,tf.float32))
_,o=tf.while_loop(lambda i,o: i<4,
    body,[0,tf.TensorArray(tf.float32,size=0,dynamic_size=True,element_shape=[2],
                           clear_after_read=False)])
c=o.concat()
out=[o.size(),o.stack(),c,o.gather([1,3]),tf.gradients(c,x)[0]]
""",
    "ta_split": """
x=tf.placeholder(tf.float32,[5]); feeds={x:[1.,2.,3.,4.,5.]}
ta=tf.TensorArray(tf.float32,size=2,infer_shape=False).split(x,[2,3])
out=[ta.read(0),ta.read(1)*2.]
part=tf.TensorArray(tf.float32,size=2,infer_shape=False,clear_after_read=False).split(x,[2,3])
g=tf.gradients(tf.reduce_sum(part.read(1)*3.),x)[0]
out.append(g)
""",
    "nested_cond_grad": """
x=tf.placeholder(tf.float32,None); feeds={x:1.5}
r=tf.cond(x>1., lambda: tf.cond(x>2., lambda: x*x, lambda: tf.sin(x)*x), lambda: x)
out=[r,tf.gradients(r,x)[0]]
""",
    "asserts": """
x=tf.placeholder(tf.float32,[2]); feeds={x:[1.5,1.5]}
with tf.control_dependencies([tf.Assert(tf.reduce_all(x>0.),[x]), tf.assert_equal(x,x),
    tf.assert_rank(x,1), tf.assert_positive(x)]):
    y=tf.identity(x)
out=[y]
""",
    "nested_unknown": """
x=tf.placeholder(tf.float32,None); feeds={x:[1.5,2.]}
def body(i,a):
    _,b=tf.while_loop(lambda j,b: j<2, lambda j,b: (j+1, b*x+a), [0,a])
    return i+1, b
r=tf.while_loop(lambda i,a: i<3, body, [0, x])
out=[r[1], tf.gradients(r[1], x)[0]]
""",
    "accum_matrix_unknown": """
w=tf.placeholder(tf.float32,None); x=tf.placeholder(tf.float32,[None,2])
feeds={w:[[.5,.2],[.1,.9]],x:[[1.,2.]]}
r=tf.while_loop(lambda i,a: i<3, lambda i,a: (i+1, tf.matmul(a,w)), [0, x],
    shape_invariants=[tf.TensorShape([]),tf.TensorShape([None,None])])
out=[r[1], *tf.gradients(r[1], [w,x])]
""",
    "resource_in_cond": """
v=tf.Variable([3.0,4.],use_resource=True); feeds={}
r=tf.cond(tf.constant(True),lambda:v*2.,lambda:v+1)
init=v.initializer
out=[r,tf.gradients(r,v)[0]]
""",
    "resource_in_one_branch": """
v=tf.Variable([3.0,4.],use_resource=True); feeds={}
r=tf.cond(tf.constant(True),lambda:v*2.,lambda:tf.ones([2]))
init=v.initializer
out=[r,tf.gradients(r,v)[0]]
""",
    "resource_in_loop": """
v=tf.Variable([3.0,4.],use_resource=True); feeds={}
r=tf.while_loop(lambda i,a:i<3,lambda i,a:(i+1,a*v),[0,tf.ones([2])])[1]
init=v.initializer
out=[r,tf.gradients(r,v)[0]]
""",
    "variable_in_cond": """
v=tf.Variable([3.0,4.]); feeds={}
r=tf.cond(tf.constant(True),lambda:v*2.,lambda:v+1)
init=v.initializer
out=[r,tf.gradients(r,v)[0]]
""",
    "sparse_through_cond": """
a=tf.SparseTensor([[0,0]],[1.],[2,2]); feeds={}
init=tf.no_op()
r=tf.cond(tf.constant(True),lambda:a,lambda:a)
out=[r.values]
""",
    "cond_updates_in_one_branch": """
v=tf.Variable([1.,2.],name="v"); init=v.initializer; feeds={}
r=tf.cond(tf.placeholder_with_default(False,[]), lambda: v*2., lambda: tf.assign_add(v,[1.,1.]))
out=[r+1., tf.identity(r)]
""",
    "cond_gives_a_variable_or_a_value": """
v=tf.Variable([1.,2.],name="v"); init=v.initializer
p=tf.placeholder(tf.bool,[]); feeds={p:True}
r=tf.cond(p, lambda: tf.cond(p, lambda: tf.assign(v,[0.,5.]), lambda: v*3.), lambda: v)
out=[r, r*2.]
""",
    "case_updates": """
v=tf.Variable([1.,2.],name="v"); init=v.initializer; feeds={}
p=tf.placeholder_with_default(True,[])
r=tf.case([(p,lambda:tf.assign_add(v,[1.,2.])),(tf.logical_not(p),lambda:v*1.)],lambda:v+0.)
out=[r, tf.reduce_sum(r)]
""",
    "while_from_an_updated_variable": """
v=tf.Variable([1.,2.],name="v"); init=v.initializer; feeds={}
r=tf.while_loop(lambda i,a:i<3,lambda i,a:[i+1,a*2],[0,tf.identity(tf.assign_add(v,[1.,1.]))])
out=[r[1]]
""",
    "rows_in_one_branch": """
v=tf.Variable([.5,.25],name="v"); init=v.initializer
p=tf.placeholder(tf.bool,[]); feeds={p:True}; w=v*1.
g=lambda t: tf.gather(t,[1,0])
r=tf.cond(p,lambda:g(w),lambda:w*2.)
out=[r,tf.gradients(r*[1.,10.],v)[0]]
""",
    "rows_in_the_other_branch": """
v=tf.Variable([.5,.25],name="v"); init=v.initializer
p=tf.placeholder(tf.bool,[]); feeds={p:True}; w=v*1.
g=lambda t: tf.gather(t,[1,0])
r=g(tf.cond(p,lambda:w*2.,lambda:g(w)))
out=[r,tf.gradients(r*[1.,10.],v)[0]]
""",
    "rows_of_a_variable_in_one_branch": """
v=tf.Variable([.5,.25],name="v"); init=v.initializer
p=tf.placeholder(tf.bool,[]); feeds={p:True}; w=v*1.
g=lambda t: tf.gather(t,[1,0])
r=tf.cond(p,lambda:g(v),lambda:v*2.)
out=[r,tf.gradients(r*[1.,10.],v)[0]]
""",
    "rows_in_one_branch_and_outside": """
v=tf.Variable([.5,.25],name="v"); init=v.initializer
p=tf.placeholder(tf.bool,[]); feeds={p:True}; w=v*1.
g=lambda t: tf.gather(t,[1,0])
r=tf.cond(p,lambda:g(w),lambda:w*2.)+g(w)
out=[r,tf.gradients(r*[1.,10.],v)[0]]
""",
    "rows_in_nested_branches": """
v=tf.Variable([.5,.25],name="v"); init=v.initializer
p=tf.placeholder(tf.bool,[]); feeds={p:True}; w=v*1.
g=lambda t: tf.gather(t,[1,0])
r=tf.cond(p,lambda:tf.cond(p,lambda:g(w),lambda:w),lambda:w*2.)
out=[r,tf.gradients(r*[1.,10.],v)[0]]
""",
    "rows_in_a_branch_in_a_loop": """
v=tf.Variable([.5,.25],name="v"); init=v.initializer
p=tf.placeholder(tf.bool,[]); feeds={p:True}; w=v*1.
g=lambda t: tf.gather(t,[1,0])
r=tf.while_loop(lambda i,h:i<3,lambda i,h:(i+1,tf.cond(p,lambda:g(h),lambda:w)),[0,w])[1]
out=[r,tf.gradients(r*[1.,10.],v)[0]]
""",
    "rows_of_an_invariant_in_a_branch_in_a_loop": """
v=tf.Variable([.5,.25],name="v"); init=v.initializer
p=tf.placeholder(tf.bool,[]); feeds={p:True}; w=v*1.
g=lambda t: tf.gather(t,[1,0])
r=tf.while_loop(lambda i,h:i<3,lambda i,h:(i+1,tf.cond(p,lambda:g(w)+h,lambda:w)),[0,w])[1]
out=[r,tf.gradients(r*[1.,10.],v)[0]]
""",
}
