package io.rebalancer.core.port;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The state of the cluster as one member sees it, and the operations on its members. */
public interface ClusterControl {

    /** The state of the cluster as this member sees it. */
    CompletionStage<ClusterStatus> status();

    /**
     * Makes a member leave the cluster. It hands its jobs and shards over first, and its process ends afterwards. This
     * also drains a manager.
     *
     * @param address {@code host:port}
     * @return whether the address is a member's
     */
    boolean leave(String address);

    /**
     * Removes a member that is lost. If its process still runs, the process ends when it learns that it is down.
     *
     * @param address {@code host:port}
     * @return whether the address is a member's
     */
    boolean down(String address);

    /**
     * The state of the cluster.
     *
     * @param self the member that replies, {@code host:port}
     * @param leader the member that confirms joins and leaves, if there is a leader
     * @param singletons the member that runs each singleton
     * @param shards the number of job shards on each manager
     * @param pool this member's connections to the read side
     * @param problems each query that failed and why, one line each
     */
    record ClusterStatus(
            String self,
            Optional<String> leader,
            List<Member> members,
            Map<String, String> singletons,
            Map<String, Integer> shards,
            List<RunningJob> jobs,
            Pool pool,
            List<String> problems) {}

    /**
     * A member.
     *
     * @param status Pekko's name: Joining, WeaklyUp, Up, Leaving, Exiting, Down
     * @param version the version of its build
     * @param reachable whether every other member reaches it
     */
    record Member(String address, String status, List<String> roles, String version, boolean reachable) {}

    /**
     * A job that has not ended.
     *
     * @param at the manager that runs the job; empty while its shard is not allocated
     * @param revision number of events that the job has stored; empty if the job does not reply
     * @param takenIn number of these events that are projected to the read side; empty if the read side does not reply
     */
    record RunningJob(UUID id, Optional<String> at, Optional<Long> revision, Optional<Long> takenIn) {}

    /**
     * Connections to the read side.
     *
     * @param most the maximum number of connections
     * @param waiting callers that wait for a connection
     */
    record Pool(int active, int idle, int most, int waiting) {}
}
