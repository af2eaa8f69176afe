package io.rebalancer.manager.node;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobService;
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
import java.util.concurrent.CompletionException;
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

/** Asks Pekko how the cluster stands, and the jobs how far they are. */
final class ClusterInspector implements ClusterControl {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(3);

    private final ActorSystem<?> system;
    private final Cluster cluster;
    private final JobService jobs;
    private final ReadSide readSide;
    private final JobHistory history;
    private final List<String> singletons;

    /** @param singletons names of what runs once, at the oldest manager */
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
        return shards(problems).thenCombine(running(problems), (shards, found) -> {
            Map<String, Integer> hosted = new TreeMap<>();
            shards.values().forEach(at -> hosted.merge(at, 1, Integer::sum));
            return new ClusterStatus(
                    text(cluster.selfMember().address()),
                    Optional.ofNullable(state.getLeader()).map(ClusterInspector::text),
                    members(state),
                    singletons(state),
                    hosted,
                    found.stream().map(job -> job.apply(shards)).toList(),
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

    /** A singleton runs at the oldest of its role. */
    private Map<String, String> singletons(CurrentClusterState state) {
        Map<String, String> at = new TreeMap<>();
        StreamSupport.stream(state.getMembers().spliterator(), false)
                .filter(member ->
                        member.hasRole(Roles.MANAGER) && member.status().equals(MemberStatus.up()))
                .min(Comparator.comparing(Function.identity(), (one, other) -> one.isOlderThan(other) ? -1 : 1))
                .map(each -> each.address())
                .ifPresent(oldest -> singletons.forEach(name -> at.put(name, text(oldest))));
        return at;
    }

    /** Where each shard of jobs is. */
    private CompletionStage<Map<String, String>> shards(List<String> problems) {
        return AskPattern.<ClusterShardingQuery, ClusterShardingStats>ask(
                        ClusterSharding.get(system).shardState(),
                        replyTo -> new GetClusterShardingStats(Entities.EVACUATE_JOB, ASK_TIMEOUT, replyTo),
                        ASK_TIMEOUT.multipliedBy(2),
                        system.scheduler())
                .handle((stats, failure) -> {
                    Map<String, String> at = new HashMap<>();
                    if (failure != null) {
                        problems.add("where jobs run is not known: " + reason(failure));
                    } else {
                        stats.getRegions()
                                .forEach((address, region) -> region.getStats()
                                        .keySet()
                                        .forEach(shard -> at.put(shard, text(local(address)))));
                    }
                    return at;
                });
    }

    private Address local(Address address) {
        return address.hasLocalScope() ? cluster.selfMember().address() : address;
    }

    /** The jobs that are not over; each is told where the shards are last. */
    private CompletionStage<List<Function<Map<String, String>, RunningJob>>> running(List<String> problems) {
        CompletionStage<List<JobService.Summary>> listed = inTime(jobs.list()).exceptionally(failure -> {
            problems.add("the registry of jobs does not answer: " + reason(failure));
            return List.of();
        });
        return listed.thenCompose(all -> {
            CompletionStage<List<Function<Map<String, String>, RunningJob>>> found =
                    CompletableFuture.completedFuture(new ArrayList<>());
            for (JobService.Summary job : all) {
                if (!job.ended()) {
                    found = found.thenCombine(running(job.id()), (list, one) -> {
                        list.add(one);
                        return list;
                    });
                }
            }
            return found;
        });
    }

    private CompletionStage<Function<Map<String, String>, RunningJob>> running(UUID id) {
        CompletionStage<Optional<Long>> revision = inTime(jobs.get(id))
                .handle((view, failure) ->
                        failure == null ? view.map(JobService.View::revision) : Optional.<Long>empty());
        CompletionStage<Optional<Long>> inTables = inTime(history.takenIn(id))
                .handle((number, failure) -> failure == null ? Optional.of(number) : Optional.<Long>empty());
        return revision.thenCombine(
                inTables,
                (known, takenIn) -> shards ->
                        new RunningJob(id, Optional.ofNullable(shards.get(EvacuateJobs.shardOf(id))), known, takenIn));
    }

    /** A view is wanted most when somebody does not answer. */
    private static <T> CompletionStage<T> inTime(CompletionStage<T> answer) {
        return answer.toCompletableFuture().copy().orTimeout(ASK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? "no answer within " + ASK_TIMEOUT
                : String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
    }

    private Pool pool() {
        ReadSide.PoolUse use = readSide.pool().get();
        return new Pool(use.active(), use.idle(), use.most(), use.waiting());
    }

    @Override
    public boolean leave(String address) {
        return order(address, Leave::new);
    }

    @Override
    public boolean down(String address) {
        return order(address, Down::new);
    }

    private boolean order(String address, Function<Address, ClusterCommand> command) {
        Optional<Address> member = StreamSupport.stream(
                        cluster.state().getMembers().spliterator(), false)
                .map(each -> each.address())
                .filter(each -> text(each).equals(address))
                .findFirst();
        member.map(command).ifPresent(ordered -> {
            system.log().info("cluster: {} by order of somebody at the API", ordered);
            cluster.manager().tell(ordered);
        });
        return member.isPresent();
    }

    private static String text(Address address) {
        return address.hostPort().substring(address.hostPort().indexOf('@') + 1);
    }
}
