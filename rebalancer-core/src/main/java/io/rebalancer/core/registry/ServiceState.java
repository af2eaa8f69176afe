package io.rebalancer.core.registry;

/**
 * Whether a storage node may receive copies. Apart from jobs: a node whose job has ended stays out of service, because an
 * operator who has read that it is empty may be about to wipe it.
 */
public enum ServiceState {
    /** The node receives copies. The state of every node that no job has emptied. */
    IN_SERVICE,
    /** An operator keeps copies away from the node. It keeps what it has, and no job empties it. */
    EXCLUDED,
    /** A job empties the node, or has ended without proof that it is empty. */
    FENCED,
    /** A verification found no record that names the node. */
    DRAINED,
    /** An operator confirmed that the node is gone. */
    REMOVED
}
