package io.rebalancer.persistence.plugin;

import org.apache.pekko.actor.CoordinatedShutdown;

/**
 * Why a node stops whose log has failed. {@code embedded-log.conf} gives this reason the exit code {@value #EXIT_CODE}, so
 * that a supervisor that restarts failed processes starts the node again. The start recovers what is on the disk.
 */
public final class JournalFailed implements CoordinatedShutdown.Reason {
    /** Exit code of the process. */
    public static final int EXIT_CODE = 3;
}
