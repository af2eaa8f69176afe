package io.rebalancer.manager.certificate;

import io.rebalancer.core.certificate.CertificateCheck.Shard;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.evacuate.verification.VerificationEvent;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import io.rebalancer.manager.evacuate.verification.VerificationRun;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Reads the shards for one check, as a verification does, and ends the check. A shard that does not answer is retried until
 * the time limit; then the result is unknown, unless a row was found already.
 */
final class CertificateCheckRun extends AbstractBehavior<CertificateCheckRun.Message> {
    /** Messages of the verification, and of the run to itself. */
    sealed interface Message {}

    private record Reported(VerificationEvent event) implements Message {}

    private enum TimeOver implements Message {
        INSTANCE
    }

    private record StatusRead(Optional<NodeStatus> status, Optional<String> failure) implements Message {}

    private final RunningCheck check;
    private final NodeFacts facts;
    private final Clock clock;
    private final Duration timeLimit;
    private final Map<Integer, Shard> shards = new TreeMap<>();

    static Behavior<Message> create(
            VerificationResources resources, RunningCheck check, NodeFacts facts, Clock clock, Duration timeLimit) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startSingleTimer(TimeOver.INSTANCE, timeLimit);
            return new CertificateCheckRun(context, resources, check, facts, clock, timeLimit);
        }));
    }

    private CertificateCheckRun(
            ActorContext<Message> context,
            VerificationResources resources,
            RunningCheck check,
            NodeFacts facts,
            Clock clock,
            Duration timeLimit) {
        super(context);
        this.check = check;
        this.facts = facts;
        this.clock = clock;
        this.timeLimit = timeLimit;
        resources.audit().shards().forEach(shard -> put(shard, VerifiedRows.NONE, false, List.of(), "not read yet"));
        publish();
        context.watch(context.spawn(
                VerificationRun.create(
                        resources,
                        check.node(),
                        check.from(),
                        context.messageAdapter(VerificationEvent.class, Reported::new)),
                "shards"));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Reported.class, reported -> onReported(reported.event()))
                .onMessage(TimeOver.class, over -> onTimeOver())
                .onMessage(StatusRead.class, this::onStatusRead)
                .onSignal(ChildFailed.class, failed -> end("its reading failed: " + OneLine.of(failed.cause())))
                .onSignal(Terminated.class, ended -> this)
                .onSignal(PostStop.class, stopped -> onStopped())
                .build();
    }

    private Behavior<Message> onReported(VerificationEvent event) {
        if (event instanceof VerificationEvent.Progress progress) {
            progress.shards().forEach(each -> put(each.shard(), each.rows(), false, List.of(), "not read to the end"));
            publish();
        } else if (event instanceof VerificationEvent.ShardWaiting waiting) {
            refault(waiting.shard(), "no answer since " + waiting.since() + ": " + waiting.reason());
        } else if (event instanceof VerificationEvent.ShardResumed resumed) {
            refault(resumed.shard(), "not read to the end");
        } else if (event instanceof VerificationEvent.Failed failed) {
            refault(failed.shard(), failed.reason());
            return readStatus();
        } else if (event instanceof VerificationEvent.Finished finished) {
            finished.evidence().forEach(this::putEvidence);
            publish();
            return readStatus();
        }
        return this;
    }

    /** Without a result, callers would wait for a check that does not exist any more. */
    private Behavior<Message> onStopped() {
        check.fail(clock.instant(), new IllegalStateException("the check of " + check.node() + " was stopped"));
        return this;
    }

    private void putEvidence(ShardEvidence evidence) {
        put(
                evidence.shard(),
                evidence.rows(),
                evidence.complete(),
                evidence.sample(),
                evidence.complete() ? "" : "users inserted rows as fast as they were read");
    }

    private void put(int shard, VerifiedRows rows, boolean complete, List<RecordRef> sample, String fault) {
        RowWatermark from = check.from().getOrDefault(shard, RowWatermark.NONE);
        shards.put(shard, new Shard(shard, from, rows.read(), rows.ofNode(), complete, sample, fault));
    }

    private void refault(int shard, String fault) {
        Optional.ofNullable(shards.get(shard))
                .ifPresent(each -> shards.put(
                        shard,
                        new Shard(
                                shard,
                                each.after(),
                                each.rowsRead(),
                                each.rowsOfNode(),
                                each.complete(),
                                each.sample(),
                                fault)));
        publish();
    }

    private void publish() {
        check.follow(List.copyOf(shards.values()));
    }

    private Behavior<Message> onTimeOver() {
        return end("not read within " + timeLimit);
    }

    /** The shards that are not read keep the cause that is known of them. */
    private Behavior<Message> end(String why) {
        shards.values().stream()
                .filter(each -> !each.complete() && each.fault().startsWith("not read"))
                .map(Shard::shard)
                .toList()
                .forEach(shard -> refault(shard, why));
        return readStatus();
    }

    /** After the shards are read, so that a node that left DRAINED meanwhile does not pass. */
    private Behavior<Message> readStatus() {
        getContext()
                .pipeToSelf(
                        facts.status(check.node()),
                        (status, failure) -> failure == null
                                ? new StatusRead(status, Optional.empty())
                                : new StatusRead(Optional.empty(), Optional.of(OneLine.of(failure))));
        return this;
    }

    private Behavior<Message> onStatusRead(StatusRead read) {
        boolean drained = read.status()
                .filter(status -> status.state() == ServiceState.DRAINED)
                .filter(status -> status.jobId().equals(Optional.of(check.jobId())))
                .isPresent();
        check.end(
                clock.instant(),
                drained
                        ? Optional.empty()
                        : Optional.of(read.failure()
                                .map(failure -> "the registry did not reply whether " + check.node()
                                        + " is still DRAINED: " + failure)
                                .orElse(check.node() + " is not DRAINED any more, or another job drained it: it may"
                                        + " receive objects, and its certificate does not hold")));
        return Behaviors.stopped();
    }
}
