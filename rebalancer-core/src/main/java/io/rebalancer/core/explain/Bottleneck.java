package io.rebalancer.core.explain;

/** The stage that limits how fast a job is. Part of the HTTP API. */
public enum Bottleneck {
    /** Reading rows of the metadata shards. */
    SCAN,
    /** Finding destinations with space. */
    PLACEMENT,
    /** Copies: destinations, their disks, and the sources. */
    AGENTS,
    /** Changing metadata records. */
    COMMITS,
    /** The hours in which the job may run. */
    WINDOW,
    /** A limit that an operator or the order of the job sets. */
    CAP,
    /** No stage limits the job. */
    NONE
}
