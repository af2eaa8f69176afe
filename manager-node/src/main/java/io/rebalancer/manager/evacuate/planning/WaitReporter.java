package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.settings.EvacuateSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds out what the objects of a pass wait for, and notices when that changes. */
final class WaitReporter {
    /** The first reply of the directory takes a moment in every pass, which is no wait to report. */
    private static final Duration DIRECTORY_REPLY_TIME = Duration.ofSeconds(2);

    private final Supplier<EvacuateSettings> settings;
    private final Clock clock;
    private final Instant startedAt;
    private List<PlanningWait> last = List.of();

    WaitReporter(Supplier<EvacuateSettings> settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /**
     * The present waits; empty if they are as they were at the last call.
     *
     * @param waiting objects without a destination that are not set aside
     * @param heldSince since when the limit on bytes lets nothing be planned, if it does not
     * @param brokerSilentSince since when the space broker does not reply, if it does not
     * @param requests the requests without a decision, the oldest first
     */
    Optional<PlanningEvent.Waiting> changed(
            boolean nodesKnown,
            int waiting,
            Optional<Instant> heldSince,
            Optional<Instant> brokerSilentSince,
            List<LeaseRequest> requests,
            SetAside aside) {
        List<PlanningWait> waits = new ArrayList<>();
        boolean directoryHadTime = !clock.instant().isBefore(startedAt.plus(DIRECTORY_REPLY_TIME));
        if (!nodesKnown && waiting > 0 && directoryHadTime) {
            waits.add(new PlanningWait(
                    PlanningWait.Cause.STORAGE_NODES_UNKNOWN,
                    startedAt,
                    Optional.empty(),
                    waiting,
                    "no list of storage nodes yet: storinfo or the job registry has not replied"));
        }
        if (waiting > 0) {
            heldSince.ifPresent(since -> waits.add(new PlanningWait(
                    PlanningWait.Cause.RATE_LIMIT,
                    since,
                    Optional.empty(),
                    waiting,
                    "the bytes that the setting bytesPerSecond allows are used up for the moment")));
        }
        List<LeaseRequest> deferred =
                requests.stream().filter(LeaseRequest::isDeferred).toList();
        if (!deferred.isEmpty()) {
            waits.add(new PlanningWait(
                    PlanningWait.Cause.SPACE_BROKER_LEARNING,
                    deferred.get(0).since(),
                    Optional.empty(),
                    objects(deferred),
                    "the space broker has just started, and learns the leases of all jobs before it promises more"));
        } else if (brokerSilentSince.isPresent() && !requests.isEmpty()) {
            waits.add(new PlanningWait(
                    PlanningWait.Cause.SPACE_BROKER_SILENT,
                    brokerSilentSince.get(),
                    Optional.of(requests.get(0).since().plus(SpaceBrokerClient.REQUEST_TIMEOUT)),
                    objects(requests),
                    "the space broker does not reply to requests for leases, which are repeated every "
                            + SpaceBrokerClient.REPEAT_INTERVAL.toSeconds()
                            + " s; at the time stated the objects are placed again"));
        }
        aside.oldest()
                .map(oldest -> new PlanningWait(
                        PlanningWait.Cause.DESTINATION_UNREACHABLE,
                        oldest.since(),
                        Optional.of(oldest.since().plus(settings.get().agentLostAfter())),
                        aside.size(),
                        "only storage nodes with an unreachable agent could take the objects; the first object could go"
                                + " to " + oldest.refusal().text()))
                .ifPresent(waits::add);
        if (waits.equals(last)) {
            return Optional.empty();
        }
        last = List.copyOf(waits);
        return Optional.of(new PlanningEvent.Waiting(last));
    }

    private static int objects(List<LeaseRequest> requests) {
        return requests.stream().mapToInt(each -> each.batch().size()).sum();
    }
}
