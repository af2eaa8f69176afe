package io.rebalancer.core.port;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** How the cluster stands, as one member sees it, and what may be done about its members. */
public interface ClusterControl {

    /** The cluster as this member sees it. */
    CompletionStage<ClusterStatus> status();

    /**
     * Has a member hand over what it hosts and leave; its process ends then. This is also how a manager is drained.
     *
     * @param address {@code host:port}
     * @return whether there is such a member
     */
    boolean leave(String address);

    /**
     * Gives a member up that is gone for good. One that still runs ends itself when it hears of it.
     *
     * @return whether there is such a member
     */
    boolean down(String address);

    /**
     * The cluster.
     *
     * @param self the member that answers, {@code host:port}
     * @param leader the member that lets others join and leave, if there is one
     * @param singletons where each of them runs
     * @param shards how many shards of jobs each manager hosts
     * @param pool this member's connections to its tables
     * @param problems what could not be asked, in one line each
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
     * @param status as Pekko calls it: Joining, WeaklyUp, Up, Leaving, Exiting, Down
     * @param version of its build
     * @param reachable whether all others can reach it
     */
    record Member(String address, String status, List<String> roles, String version, boolean reachable) {}

    /**
     * A job that is not over.
     *
     * @param at where it runs, if its shard has a place at the moment
     * @param revision events it has stored; empty if it does not answer
     * @param takenIn events that are in the tables; empty if these do not answer
     */
    record RunningJob(UUID id, Optional<String> at, Optional<Long> revision, Optional<Long> takenIn) {}

    /** @param waiting callers that wait for a connection */
    record Pool(int active, int idle, int most, int waiting) {}
}
