//! Merging written a second time: a recursion for aggregators without number, and a list schedule for a few.
//!
//! The schedule looks at every merge of every group whenever something ends, and takes the first that could start.

/// How a group becomes one proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Total,
    /// A proof without a neighbour passes up, or is lifted by a merge.
    Tree {
        arity: usize,
        lifts: bool,
    },
    Fold,
}

/// When a batch was proved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proof {
    pub(crate) start_s: f64,
    pub(crate) end_s: f64,
}

/// A merge of nodes; the first `n` nodes of a group are its proofs.
struct Merge {
    children: Vec<usize>,
    level: usize,
    first_leaf: usize,
}

/// The merges of a group of `n` in the order of precedence, each making the next node; the last node is the root.
fn merges(shape: Shape, n: usize) -> Vec<Merge> {
    let mut all: Vec<Merge> = Vec::new();
    match shape {
        Shape::Total => unreachable!("a total is no merge"),
        Shape::Fold => {
            for leaf in 1..n {
                let so_far = if leaf == 1 { 0 } else { n + leaf - 2 };
                all.push(Merge { children: vec![so_far, leaf], level: leaf, first_leaf: 0 });
            }
        }
        Shape::Tree { arity, lifts } => {
            // Nodes of the level, each with the first proof under it.
            let mut nodes: Vec<(usize, usize)> = (0..n).map(|leaf| (leaf, leaf)).collect();
            let mut level = 0;
            while nodes.len() > 1 {
                level += 1;
                nodes = nodes
                    .chunks(arity)
                    .map(|children| {
                        if let ([alone], false) = (children, lifts) {
                            return *alone;
                        }
                        let first_leaf = children[0].1;
                        let children = children.iter().map(|(node, _)| *node).collect();
                        all.push(Merge { children, level, first_leaf });
                        (n + all.len() - 1, first_leaf)
                    })
                    .collect();
            }
        }
    }
    all
}

/// When a group is one proof, aggregators without number: each merge is the latest of its children, and its time.
pub(crate) fn ample_s(shape: Shape, leaves_s: &[f64], step_s: f64) -> f64 {
    let mut there_s = leaves_s.to_vec();
    for Merge { children, .. } in merges(shape, leaves_s.len()) {
        there_s.push(children.iter().map(|&child| there_s[child]).fold(0.0, f64::max) + step_s);
    }
    there_s[there_s.len() - 1]
}

/// When each group of `n` proofs is one proof, on so many aggregators. `draw_s` gives the times of merges in the order
/// of their start.
pub(crate) fn scheduled_s(
    shape: Shape,
    n: usize,
    eager: bool,
    proofs: &[Proof],
    aggregators: usize,
    draw_s: &mut dyn FnMut() -> f64,
) -> Vec<f64> {
    let merges = merges(shape, n);
    let groups = proofs.len() / n;
    let nodes = n + merges.len();
    // Proofs in the order of their ends; of equal ends the one that was begun first is seen first.
    let mut order: Vec<usize> = (0..proofs.len()).collect();
    order.sort_by(|&a, &b| {
        proofs[a].end_s.total_cmp(&proofs[b].end_s).then(proofs[a].start_s.total_cmp(&proofs[b].start_s))
    });
    let mut order = order.into_iter().peekable();
    let mut proved = vec![false; proofs.len()];
    let mut there = vec![vec![false; nodes]; groups];
    let mut begun = vec![vec![false; merges.len()]; groups];
    let mut done_s = vec![None; groups];
    // End, start, group and merge of what runs.
    let mut running: Vec<(f64, f64, usize, usize)> = Vec::new();
    let (mut in_order, mut oldest) = (0, 0);
    loop {
        let ends = (0..running.len()).min_by(|&a, &b| {
            running[a].0.total_cmp(&running[b].0).then(running[a].1.total_cmp(&running[b].1))
        });
        let merge_is_next = match (ends, order.peek()) {
            (None, None) => break,
            (None, Some(_)) => false,
            (Some(_), None) => true,
            (Some(at), Some(&proof)) => {
                (running[at].0, running[at].1) < (proofs[proof].end_s, proofs[proof].start_s)
            }
        };
        let now_s;
        if let (true, Some(at)) = (merge_is_next, ends) {
            let (end_s, _, group, merge) = running.remove(at);
            now_s = end_s;
            there[group][n + merge] = true;
            if merge + 1 == merges.len() {
                done_s[group] = Some(now_s);
            }
        } else {
            let proof = order.next().expect("it was seen");
            now_s = proofs[proof].end_s;
            proved[proof] = true;
            if eager {
                there[proof / n][proof % n] = true;
            }
            while in_order < groups && proved[in_order * n..(in_order + 1) * n].iter().all(|&is| is) {
                there[in_order][..n].fill(true);
                if n == 1 {
                    done_s[in_order] = Some(now_s);
                }
                in_order += 1;
            }
        }
        while oldest < groups && done_s[oldest].is_some() {
            oldest += 1;
        }
        while running.len() < aggregators {
            let can_start = |group: usize, merge: usize| {
                !begun[group][merge] && merges[merge].children.iter().all(|&child| there[group][child])
            };
            let next = (oldest..groups)
                .filter(|&group| there[group].iter().any(|&is| is))
                .flat_map(|group| (0..merges.len()).map(move |merge| (group, merge)))
                .filter(|&(group, merge)| can_start(group, merge))
                .min_by_key(|&(group, merge)| (group, merges[merge].level, merges[merge].first_leaf));
            let Some((group, merge)) = next else { break };
            begun[group][merge] = true;
            running.push((now_s + draw_s(), now_s, group, merge));
        }
    }
    done_s.into_iter().map(|at| at.expect("every group is merged")).collect()
}
