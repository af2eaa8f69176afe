package io.rebalancer.core.inventory;

/** What is below an object root and is not an object of the v1 layout. It is counted, and never moved or removed. */
public enum Unmanaged {
    /** An object of the v2 layout; its metadata is not in the shards that are read. */
    V2_OBJECT,
    /** Files of agents, of the legacy agent and of the web server: parts, quarantine, uploads in progress. */
    RESERVED,
    /** A symbolic link; it is not followed. */
    SYMBOLIC_LINK,
    /** A file with the name of an object that is neither a regular file nor a link, such as a directory or a socket. */
    NOT_A_FILE,
    /** Any other name. */
    UNKNOWN
}
