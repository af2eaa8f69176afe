package io.rebalancer.core.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides whether a candidate is a finding. The order of the reads makes the decision safe without stopping the world: first
 * the claims, then the listing, then the records and the file once more.
 *
 * <pre>
 * claim, no file, the record still claims the copy, and the file is still absent ─► MISSING_COPY
 * file, no claim, no record of any shard claims the copy now, and the file is unchanged ─► ORPHAN_FILE
 * </pre>
 *
 * Where something is unknown, in use or young, there is no finding.
 */
public final class CandidateRules {
    private final StorageNodeId node;
    private final Limits limits;
    private final long nodeNow;
    private final long managerNow;
    private final boolean allClaimsRead;

    /**
     * What the decisions depend on.
     *
     * @param fileGrace a file without a record must be older
     * @param recordGrace a record whose file is missing must be older
     * @param leastCopies objects must have this number of copies, at least 1
     * @param mostCopies objects must not have more copies
     * @param severalDatacenters whether copies can be in different datacenters
     */
    public record Limits(
            Duration fileGrace, Duration recordGrace, int leastCopies, int mostCopies, boolean severalDatacenters) {}

    /**
     * A record as it is now.
     *
     * @param modifiedMillis when it was last changed, by the clock of the metadata tier; empty if it does not have the time
     */
    public record LiveRecord(MetadataRecord record, OptionalLong modifiedMillis) {}

    /**
     * What was seen at the second look.
     *
     * @param records the records of the object as they are now, of the shards that answered
     * @param allShards whether all shards answered
     * @param facts what the storage node has now
     */
    public record SecondLook(List<LiveRecord> records, boolean allShards, CopyFacts facts) {
        public SecondLook {
            records = List.copyOf(records);
        }
    }

    /** What a candidate is. */
    public sealed interface Verdict {}

    /** Metadata and storage disagree. */
    public record Drift(DriftKind kind) implements Verdict {}

    /** It is no finding. */
    public enum NoFinding implements Verdict {
        YOUNG,
        IN_USE,
        CHANGED,
        UNKNOWN
    }

    /**
     * @param nodeNow the clock of the storage node, in milliseconds since 1970
     * @param managerNow the clock of the manager
     * @param allClaimsRead whether every row of every shard was read before the listing
     */
    public CandidateRules(StorageNodeId node, Limits limits, long nodeNow, long managerNow, boolean allClaimsRead) {
        this.node = node;
        this.limits = limits;
        this.nodeNow = nodeNow;
        this.managerNow = managerNow;
        this.allClaimsRead = allClaimsRead;
    }

    /** Whether a claim and its file need a second look. */
    public static Optional<Candidate> compare(Claim claim, InventoryEntry entry) {
        return claim.records() > 0 && claim.sizeBytes() != entry.sizeBytes()
                ? Optional.of(Candidate.wrongSize(claim, entry))
                : Optional.empty();
    }

    /** Whether a claim without a file needs a second look. */
    public static Optional<Candidate> compare(Claim claim) {
        return claim.expectsFile() ? Optional.of(Candidate.missing(claim)) : Optional.empty();
    }

    /** Whether the record of a claim needs a second look. */
    public Optional<Candidate> doubt(Claim claim) {
        boolean number = claim.copies() < limits.leastCopies() || claim.copies() > limits.mostCopies();
        boolean doubtful = claim.has(Claim.CONTRADICTORY)
                || claim.has(Claim.REPORTS_RECORD) && (number || claim.has(Claim.NAMED_TWICE) || isMisplaced(claim));
        return doubtful && claim.expectsFile() ? Optional.of(Candidate.ofRecord(claim)) : Optional.empty();
    }

    private boolean isMisplaced(Claim claim) {
        return limits.severalDatacenters() && claim.has(Claim.ONE_DATACENTER);
    }

    /** Whether the candidate is a finding. */
    public Verdict decide(Candidate candidate, SecondLook look) {
        return candidate.aspect() == Candidate.Aspect.FILE && candidate.claim().isEmpty()
                ? orphan(candidate.entry().orElseThrow(), look)
                : claimed(candidate.aspect(), look);
    }

    /**
     * Whether a finding that an earlier run planned to repair is still true. For {@link DriftKind#CHECKSUM_MISMATCH} the content
     * must be read again, too: here, a file of the right length counts as drift.
     */
    public Verdict decideAgain(Finding planned, SecondLook look) {
        if (planned.kind() != DriftKind.ORPHAN_FILE) {
            return claimed(planned.kind().aspect(), look);
        }
        CopyFacts now = look.facts();
        InventoryEntry entry = InventoryEntry.of(now);
        boolean sameFile =
                planned.foundBytes() == now.sizeBytes() && planned.since().equals(entry.lastChanged());
        boolean isPresent = now.presence() == CopyFacts.Presence.PRESENT;
        return isPresent && !sameFile ? NoFinding.CHANGED : orphan(entry, look);
    }

    private Verdict claimed(Candidate.Aspect aspect, SecondLook look) {
        List<LiveRecord> own = look.records().stream()
                .filter(each -> each.record().names(node))
                .toList();
        if (own.isEmpty()) {
            return look.allShards() ? NoFinding.CHANGED : NoFinding.UNKNOWN;
        }
        if (own.stream().anyMatch(this::isYoung)) {
            return NoFinding.YOUNG;
        }
        if (contradict(own)) {
            // The candidate of the record reports it.
            return aspect == Candidate.Aspect.RECORD ? new Drift(DriftKind.CONTRADICTORY) : NoFinding.UNKNOWN;
        }
        MetadataRecord record = own.get(0).record();
        if (record.sizeBytes() == 0) {
            return NoFinding.CHANGED;
        }
        if (aspect == Candidate.Aspect.RECORD) {
            return record(record);
        }
        return aspect == Candidate.Aspect.CONTENT ? content(record, look.facts()) : file(record, look.facts());
    }

    private Verdict orphan(InventoryEntry entry, SecondLook look) {
        if (entry.touched()) {
            return NoFinding.IN_USE;
        }
        if (entry.ageMillis(nodeNow) < limits.fileGrace().toMillis() || entry.ageMillis(nodeNow) == 0) {
            return NoFinding.YOUNG;
        }
        if (look.records().stream().anyMatch(each -> each.record().names(node))) {
            return NoFinding.CHANGED;
        }
        if (!look.allShards() || !allClaimsRead) {
            return NoFinding.UNKNOWN;
        }
        CopyFacts facts = look.facts();
        return switch (facts.presence()) {
            case ABSENT -> NoFinding.CHANGED;
            case IN_USE -> NoFinding.IN_USE;
            case UNKNOWN -> NoFinding.UNKNOWN;
            case PRESENT ->
                facts.sizeBytes() == entry.sizeBytes()
                                && facts.modifiedMillis() == entry.modifiedMillis()
                                && facts.changedMillis() == entry.changedMillis()
                        ? new Drift(DriftKind.ORPHAN_FILE)
                        : NoFinding.CHANGED;
        };
    }

    private static Verdict file(MetadataRecord record, CopyFacts facts) {
        return switch (facts.presence()) {
            case ABSENT -> new Drift(DriftKind.MISSING_COPY);
            case IN_USE -> NoFinding.IN_USE;
            case UNKNOWN -> NoFinding.UNKNOWN;
            case PRESENT ->
                facts.sizeBytes() == record.sizeBytes() ? NoFinding.CHANGED : new Drift(DriftKind.SIZE_MISMATCH);
        };
    }

    private static Verdict content(MetadataRecord record, CopyFacts facts) {
        return switch (facts.presence()) {
            case ABSENT -> NoFinding.CHANGED;
            case IN_USE -> NoFinding.IN_USE;
            case UNKNOWN -> NoFinding.UNKNOWN;
            case PRESENT ->
                facts.sizeBytes() == record.sizeBytes() ? new Drift(DriftKind.CHECKSUM_MISMATCH) : NoFinding.CHANGED;
        };
    }

    /** A record of unknown age counts as young. */
    private boolean isYoung(LiveRecord live) {
        return live.modifiedMillis().isEmpty()
                || managerNow - live.modifiedMillis().getAsLong()
                        < limits.recordGrace().toMillis();
    }

    private static boolean contradict(List<LiveRecord> records) {
        MetadataRecord first = records.get(0).record();
        return records.stream()
                .map(LiveRecord::record)
                .anyMatch(each ->
                        each.sizeBytes() != first.sizeBytes() || !each.md5().equals(first.md5()));
    }

    private Verdict record(MetadataRecord record) {
        long distinct = record.copies().stream()
                .map(CopyLocation::storageNode)
                .distinct()
                .count();
        long datacenters = record.copies().stream()
                .map(CopyLocation::datacenter)
                .distinct()
                .count();
        if (distinct < limits.leastCopies()) {
            return new Drift(DriftKind.UNDER_REPLICATED);
        }
        if (distinct > limits.mostCopies() || distinct < record.copies().size()) {
            return new Drift(DriftKind.OVER_REPLICATED);
        }
        return limits.severalDatacenters() && distinct > 1 && datacenters == 1
                ? new Drift(DriftKind.MISPLACED)
                : NoFinding.CHANGED;
    }
}
