package io.rebalancer.manager.node;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.readside.ReadSide;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.ShardRegion.ClusterShardingStats;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery;
import org.apache.pekko.cluster.sharding.typed.GetClusterShardingStats;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterCommand;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Leave;

/** Collects the status of the cluster from Pekko, the jobs, and the read side. */
final class ClusterInspector implements ClusterControl {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(3);

    private final ActorSystem<?> system;
    private final Cluster cluster;
    private final JobService jobs;
    private final ReadSide readSide;
    private final JobHistory history;
    private final List<String> singletons;

    /** @param singletons names of the actors that run once, on the oldest manager */
    ClusterInspector(ActorSystem<?> system, JobService jobs, ReadSide readSide, List<String> singletons) {
        this.system = system;
        this.cluster = Cluster.get(system);
        this.jobs = jobs;
        this.readSide = readSide;
        this.history = readSide.history();
        this.singletons = List.copyOf(singletons);
    }

    @Override
    public CompletionStage<ClusterStatus> status() {
        CurrentClusterState state = cluster.state();
        List<String> problems = new CopyOnWriteArrayList<>();
        CompletionStage<List<JobProgress>> jobProgress =
                projectionFailures(problems).thenCombine(jobProgress(problems), (reported, progress) -> progress);
        return shardLocations(problems).thenCombine(jobProgress, (locations, progress) -> {
            Map<String, Integer> hosted = new TreeMap<>();
            locations.values().forEach(address -> hosted.merge(address, 1, Integer::sum));
            return new ClusterStatus(
                    text(cluster.selfMember().address()),
                    Optional.ofNullable(state.getLeader()).map(ClusterInspector::text),
                    members(state),
                    singletons(state),
                    hosted,
                    progress.stream().map(each -> each.runningAt(locations)).toList(),
                    pool(),
                    problems);
        });
    }

    private static List<ClusterControl.Member> members(CurrentClusterState state) {
        return StreamSupport.stream(state.getMembers().spliterator(), false)
                .map(member -> new ClusterControl.Member(
                        text(member.address()),
                        member.status().toString(),
                        member.getRoles().stream()
                                .filter(role -> !role.startsWith("dc-"))
                                .sorted()
                                .toList(),
                        member.appVersion().toString(),
                        !state.getUnreachable().contains(member)))
                .toList();
    }

    /**
     * Pekko has no query for the place of a singleton. Its rule is that a singleton runs on the oldest member with the
     * role that is Up, so the same rule is applied to the membership here.
     */
    private Map<String, String> singletons(CurrentClusterState state) {
        Map<String, String> locations = new TreeMap<>();
        StreamSupport.stream(state.getMembers().spliterator(), false)
                .filter(member ->
                        member.hasRole(Roles.MANAGER) && member.status().equals(MemberStatus.up()))
                .min(Comparator.comparing(Function.identity(), (one, other) -> one.isOlderThan(other) ? -1 : 1))
                .map(each -> each.address())
                .ifPresent(oldest -> singletons.forEach(name -> locations.put(name, text(oldest))));
        return locations;
    }

    /** The address of the member that hosts each shard of jobs, by shard id. */
    private CompletionStage<Map<String, String>> shardLocations(List<String> problems) {
        return AskPattern.<ClusterShardingQuery, ClusterShardingStats>ask(
                        ClusterSharding.get(system).shardState(),
                        replyTo -> new GetClusterShardingStats(Entities.EVACUATE_JOB, ASK_TIMEOUT, replyTo),
                        ASK_TIMEOUT.multipliedBy(2),
                        system.scheduler())
                .handle((stats, failure) -> {
                    Map<String, String> locations = new HashMap<>();
                    if (failure != null) {
                        problems.add("the location of jobs is unknown: " + reason(failure));
                    } else {
                        stats.getRegions()
                                .forEach((address, region) -> region.getStats()
                                        .keySet()
                                        .forEach(shard -> locations.put(shard, text(local(address)))));
                    }
                    return locations;
                });
    }

    private Address local(Address address) {
        return address.hasLocalScope() ? cluster.selfMember().address() : address;
    }

    /**
     * How far a job is.
     *
     * @param revision events that the job has stored; empty if the job does not reply
     * @param projected events that are in the tables; empty if the tables do not reply
     */
    private record JobProgress(UUID id, Optional<Long> revision, Optional<Long> projected) {
        RunningJob runningAt(Map<String, String> locations) {
            return new RunningJob(
                    id, Optional.ofNullable(locations.get(EvacuateJobs.shardOf(id))), revision, projected);
        }
    }

    /** Reports the jobs whose events can't be projected at the moment. */
    private CompletionStage<Integer> projectionFailures(List<String> problems) {
        return withTimeout(readSide.failures()).handle((failures, fault) -> {
            if (fault != null) {
                problems.add("the read side does not reply: " + reason(fault));
                return 0;
            }
            failures.stream()
                    .map(each -> "the lists and history of job " + each.jobId() + " are not updated since "
                            + each.since() + ", " + each.cause() + "; attempt " + (each.attempts() + 1) + " follows at "
                            + each.nextTry())
                    .forEach(problems::add);
            return failures.size();
        });
    }

    /** The progress of all jobs that have not ended. */
    private CompletionStage<List<JobProgress>> jobProgress(List<String> problems) {
        CompletionStage<List<JobService.Summary>> listed = withTimeout(jobs.list())
                .exceptionally(failure -> {
                    problems.add("the job registry does not reply: " + reason(failure));
                    return List.of();
                });
        return listed.thenCompose(all -> {
            CompletionStage<List<JobProgress>> found = CompletableFuture.completedFuture(new ArrayList<>());
            for (JobService.Summary job : all) {
                if (!job.ended()) {
                    found = found.thenCombine(jobProgress(job.id()), (list, one) -> {
                        list.add(one);
                        return list;
                    });
                }
            }
            return found;
        });
    }

    private CompletionStage<JobProgress> jobProgress(UUID id) {
        CompletionStage<Optional<Long>> revision = withTimeout(jobs.get(id))
                .handle((view, failure) ->
                        failure == null ? view.map(JobService.View::revision) : Optional.<Long>empty());
        CompletionStage<Optional<Long>> projected = withTimeout(history.takenIn(id))
                .handle((number, failure) -> failure == null ? Optional.of(number) : Optional.<Long>empty());
        return revision.thenCombine(projected, (stored, inTables) -> new JobProgress(id, stored, inTables));
    }

    /** The status is needed most when a part of the cluster does not reply, so it waits for none of them for long. */
    private static <T> CompletionStage<T> withTimeout(CompletionStage<T> answer) {
        return answer.toCompletableFuture().copy().orTimeout(ASK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String reason(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return cause instanceof TimeoutException ? "no reply within " + ASK_TIMEOUT : OneLine.of(cause);
    }

    private Pool pool() {
        ReadSide.PoolUse use = readSide.pool().get();
        return new Pool(use.active(), use.idle(), use.most(), use.waiting());
    }

    @Override
    public boolean leave(String address) {
        return send(address, Leave::new);
    }

    @Override
    public boolean down(String address) {
        return send(address, Down::new);
    }

    private boolean send(String address, Function<Address, ClusterCommand> command) {
        Optional<Address> member = StreamSupport.stream(
                        cluster.state().getMembers().spliterator(), false)
                .map(each -> each.address())
                .filter(each -> text(each).equals(address))
                .findFirst();
        member.map(command).ifPresent(request -> {
            system.log().info("cluster: {} requested through the API", request);
            cluster.manager().tell(request);
        });
        return member.isPresent();
    }

    private static String text(Address address) {
        return address.hostPort().substring(address.hostPort().indexOf('@') + 1);
    }
}
