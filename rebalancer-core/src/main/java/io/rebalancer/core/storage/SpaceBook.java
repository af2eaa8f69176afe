package io.rebalancer.core.storage;

import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The leases of space on all storage nodes, with the sum of each node. In memory only: every running job announces all of
 * its leases each {@link #ANNOUNCEMENT_INTERVAL}, so a new book is complete after one interval. Until then it grants a
 * lease only if at most half of the node's space would be promised by the leases it knows, and the other half is left to
 * leases that were not announced yet.
 *
 * <p>A lease expires {@link #VALIDITY} after its last request or announcement, so the size is bounded by what the running
 * jobs announce. A request takes constant time. Not thread-safe.
 */
public final class SpaceBook {
    /** How long a lease is valid after its last request or announcement. */
    public static final Duration VALIDITY = Duration.ofSeconds(30);
    /** How often a job announces its leases. */
    public static final Duration ANNOUNCEMENT_INTERVAL = Duration.ofSeconds(10);
    /**
     * How long a lease is valid that was requested without a token. Jobs of earlier builds request such leases once, and
     * never announce them.
     */
    static final Duration VALIDITY_WITHOUT_TOKEN = Duration.ofHours(1);

    private final Instant learningUntil;
    private final Map<UUID, HeldLease> leases = new HashMap<>();
    private final Map<UUID, JobLeases> jobs = new HashMap<>();
    private final Map<StorageNodeId, NodePromise> promises = new HashMap<>();

    private record HeldLease(SpaceLease lease, Optional<UUID> jobId, Instant expiresAt) {}

    private static final class JobLeases {
        private final Set<UUID> assignments = new HashSet<>();
        private long epoch;
        private Instant heardAt = Instant.MIN;
    }

    /** @param startedAt when the first request may arrive */
    public SpaceBook(Instant startedAt) {
        this.learningUntil = startedAt.plus(ANNOUNCEMENT_INTERVAL);
    }

    /**
     * Decides about a request for a lease; idempotent.
     *
     * @param availableMib highest sum of all leases on the node
     */
    public LeaseDecision request(FencingToken token, SpaceLease lease, long availableMib, Instant now) {
        if (!accepts(token, now)) {
            return LeaseDecision.STALE;
        }
        LeaseDecision decision = decide(lease, availableMib);
        if (decision == LeaseDecision.GRANTED
                && now.isBefore(learningUntil)
                && !leases.containsKey(lease.assignmentId())
                && promisedMib(lease.node()) + lease.mib() > availableMib / 2) {
            return LeaseDecision.LEARNING;
        }
        if (decision == LeaseDecision.GRANTED) {
            hold(token, lease, now);
        }
        return decision;
    }

    /** Decides about a request of a job of an earlier build, which does not repeat it. */
    public boolean requestWithoutToken(SpaceLease lease, long availableMib, Instant now) {
        boolean granted = decide(lease, availableMib) == LeaseDecision.GRANTED;
        if (granted) {
            holdWithoutToken(lease, now);
        }
        return granted;
    }

    private LeaseDecision decide(SpaceLease lease, long availableMib) {
        boolean granted =
                leases.containsKey(lease.assignmentId()) || promisedMib(lease.node()) + lease.mib() <= availableMib;
        return granted ? LeaseDecision.GRANTED : LeaseDecision.REFUSED;
    }

    /** Adds a lease that a job of an earlier build holds. */
    public void holdWithoutToken(SpaceLease lease, Instant now) {
        HeldLease known = leases.get(lease.assignmentId());
        if (known == null || known.jobId().isEmpty()) {
            put(new HeldLease(lease, Optional.empty(), now.plus(VALIDITY_WITHOUT_TOKEN)));
        }
    }

    /**
     * Replaces the leases of a job.
     *
     * @param held leases of assignments in flight; the book takes them as they are
     * @param requested assignments whose request has no reply yet; a lease that the book granted is renewed
     * @return false if a later incarnation of the job is known; then nothing changes
     */
    public boolean announce(FencingToken token, List<SpaceLease> held, Collection<UUID> requested, Instant now) {
        if (!accepts(token, now)) {
            return false;
        }
        Set<UUID> announced = new HashSet<>(requested);
        held.forEach(lease -> announced.add(lease.assignmentId()));
        for (UUID each : Set.copyOf(jobLeases(token).assignments)) {
            if (!announced.contains(each)) {
                remove(each);
            }
        }
        held.forEach(lease -> hold(token, lease, now));
        for (UUID each : requested) {
            HeldLease granted = leases.get(each);
            if (granted != null) {
                hold(token, granted.lease(), now);
            }
        }
        return true;
    }

    /** Ends the lease of an assignment. */
    public void giveBack(FencingToken token, UUID assignmentId, Instant now) {
        if (accepts(token, now)) {
            remove(assignmentId);
        }
    }

    /** Ends the lease of an assignment of a job of an earlier build. */
    public void giveBackWithoutToken(UUID assignmentId) {
        remove(assignmentId);
    }

    /** Ends all leases that were not renewed in time. Takes one step for each lease; meant for a timer. */
    public void expire(Instant now) {
        for (HeldLease each : List.copyOf(leases.values())) {
            if (each.expiresAt().isBefore(now)) {
                remove(each.lease().assignmentId());
            }
        }
        jobs.values()
                .removeIf(job ->
                        job.assignments.isEmpty() && job.heardAt.plus(VALIDITY).isBefore(now));
    }

    /** The sum of all leases on {@code node}, in MiB. */
    public long promisedMib(StorageNodeId node) {
        NodePromise promise = promises.get(node);
        return promise == null ? 0 : promise.mib();
    }

    /** The promises on every node that has a lease. */
    public List<NodePromise> promises() {
        return List.copyOf(promises.values());
    }

    /**
     * What is promised on {@code node} to each job, by job. Leases that name no job are left out: those of earlier builds. Takes
     * one step for each lease on any node.
     */
    public List<JobPromise> promisesTo(StorageNodeId node) {
        Map<UUID, JobPromise> byJob = new TreeMap<>();
        for (HeldLease held : leases.values()) {
            if (held.lease().node().equals(node) && held.jobId().isPresent()) {
                byJob.merge(
                        held.jobId().get(),
                        new JobPromise(held.jobId().get(), 1, held.lease().mib()),
                        (one, other) ->
                                new JobPromise(one.jobId(), one.leases() + other.leases(), one.mib() + other.mib()));
            }
        }
        return List.copyOf(byJob.values());
    }

    /** Whether {@code token} is of the latest known incarnation of its job, which it may become by this call. */
    public boolean accepts(FencingToken token, Instant now) {
        JobLeases job = jobLeases(token);
        if (token.epoch() < job.epoch) {
            return false;
        }
        job.epoch = token.epoch();
        job.heardAt = now;
        return true;
    }

    private JobLeases jobLeases(FencingToken token) {
        return jobs.computeIfAbsent(token.jobId(), id -> new JobLeases());
    }

    private void hold(FencingToken token, SpaceLease lease, Instant now) {
        put(new HeldLease(lease, Optional.of(token.jobId()), now.plus(VALIDITY)));
        jobLeases(token).assignments.add(lease.assignmentId());
    }

    private void put(HeldLease held) {
        remove(held.lease().assignmentId());
        leases.put(held.lease().assignmentId(), held);
        add(held.lease().node(), held.lease().mib(), 1);
    }

    private void remove(UUID assignmentId) {
        HeldLease held = leases.remove(assignmentId);
        if (held != null) {
            add(held.lease().node(), -held.lease().mib(), -1);
            held.jobId().map(jobs::get).ifPresent(job -> job.assignments.remove(assignmentId));
        }
    }

    private void add(StorageNodeId node, long mib, int count) {
        promises.compute(node, (id, sum) -> {
            NodePromise after = sum == null
                    ? new NodePromise(id, mib, count)
                    : new NodePromise(id, sum.mib() + mib, sum.leases() + count);
            return after.leases() == 0 ? null : after;
        });
    }
}
