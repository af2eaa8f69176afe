package io.rebalancer.core.reconcile;

import static io.rebalancer.core.reconcile.CandidateRules.NoFinding.CHANGED;
import static io.rebalancer.core.reconcile.CandidateRules.NoFinding.IN_USE;
import static io.rebalancer.core.reconcile.CandidateRules.NoFinding.UNKNOWN;
import static io.rebalancer.core.reconcile.CandidateRules.NoFinding.YOUNG;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyFacts.Presence;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.CandidateRules.Drift;
import io.rebalancer.core.reconcile.CandidateRules.LiveRecord;
import io.rebalancer.core.reconcile.CandidateRules.NoFinding;
import io.rebalancer.core.reconcile.CandidateRules.SecondLook;
import io.rebalancer.core.reconcile.CandidateRules.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CandidateRulesTest {
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.example.com");
    private static final StorageNodeId OTHER = new StorageNodeId("2.stor.example.com");
    private static final CopyKey KEY = new CopyKey(new UUID(1, 1), new UUID(2, 2));
    private static final long NOW = Duration.ofDays(20_000).toMillis();
    private static final long OLD = NOW - Duration.ofDays(30).toMillis();
    private static final Duration FILE_GRACE = Duration.ofHours(48);
    private static final Duration RECORD_GRACE = Duration.ofHours(2);
    private static final ContentMd5 MD5 = new ContentMd5("XUFAKrxLKna5cZ2REBfFkg==");

    private final CandidateRules rules = rules(true);

    private static CandidateRules rules(boolean allClaimsRead) {
        return new CandidateRules(
                NODE, new CandidateRules.Limits(FILE_GRACE, RECORD_GRACE, 2, 3, true), NOW, NOW, allClaimsRead);
    }

    private static Claim claim(int traits) {
        return new Claim(KEY, 5, 1, 2, 2, traits, 1, List.of(1));
    }

    private static InventoryEntry entry(long sizeBytes, long millis) {
        return new InventoryEntry(KEY, sizeBytes, millis, millis, false);
    }

    private static CopyFacts facts(Presence presence) {
        return new CopyFacts(KEY, presence, presence == Presence.PRESENT ? 5 : 0, OLD, OLD);
    }

    private static LiveRecord record(OptionalLong modified, long sizeBytes, CopyLocation... copies) {
        return new LiveRecord(
                new MetadataRecord(
                        new RecordRef(1, "/o/stor/a"),
                        "e",
                        KEY.objectId(),
                        KEY.owner(),
                        sizeBytes,
                        MD5,
                        List.of(copies),
                        ""),
                modified);
    }

    private static LiveRecord onBoth() {
        return record(OptionalLong.of(OLD), 5, new CopyLocation("dc1", NODE), new CopyLocation("dc2", OTHER));
    }

    private static SecondLook look(Presence presence, LiveRecord... records) {
        return new SecondLook(List.of(records), true, facts(presence));
    }

    private static Drift drift(DriftKind kind) {
        return new Drift(kind);
    }

    @ParameterizedTest
    @CsvSource({"ABSENT, MISSING_COPY", "IN_USE, IN_USE", "UNKNOWN, UNKNOWN", "PRESENT, CHANGED"})
    void aClaimWithoutAFileIsMissingOnlyIfTheFileIsCertainlyAbsent(Presence presence, String expected) {
        Verdict verdict = rules.decide(Candidate.missing(claim(0)), look(presence, onBoth()));
        assertThat(name(verdict)).isEqualTo(expected);
    }

    private static String name(Verdict verdict) {
        return verdict instanceof Drift drift ? drift.kind().name() : verdict.toString();
    }

    @Test
    void aUsersDeleteOrOverwriteSinceIsNoDrift() {
        assertThat(rules.decide(Candidate.missing(claim(0)), look(Presence.ABSENT)))
                .isEqualTo(CHANGED);
        LiveRecord moved = record(OptionalLong.of(OLD), 5, new CopyLocation("dc2", OTHER));
        assertThat(rules.decide(Candidate.missing(claim(0)), look(Presence.ABSENT, moved)))
                .isEqualTo(CHANGED);
    }

    /** Without an answer of a shard, a record that is not found may exist. */
    @Test
    void aShardThatDoesNotAnswerMakesTheAbsenceOfRecordsUnknown() {
        SecondLook partial = new SecondLook(List.of(), false, facts(Presence.ABSENT));
        assertThat(rules.decide(Candidate.missing(claim(0)), partial)).isEqualTo(UNKNOWN);
        SecondLook orphan = new SecondLook(List.of(), false, facts(Presence.PRESENT));
        assertThat(rules.decide(Candidate.orphan(entry(5, OLD)), orphan)).isEqualTo(UNKNOWN);
    }

    @Test
    void withoutEveryClaimNoFileIsAnOrphan() {
        assertThat(rules.decide(Candidate.orphan(entry(5, OLD)), look(Presence.PRESENT)))
                .isEqualTo(drift(DriftKind.ORPHAN_FILE));
        assertThat(rules(false).decide(Candidate.orphan(entry(5, OLD)), look(Presence.PRESENT)))
                .isEqualTo(UNKNOWN);
    }

    /** The grace itself is old enough; a millisecond less is not. */
    @Test
    void aYoungFileIsNoOrphan() {
        long grace = FILE_GRACE.toMillis();
        assertThat(orphanVerdict(entry(5, NOW - grace))).isEqualTo(drift(DriftKind.ORPHAN_FILE));
        assertThat(orphanVerdict(entry(5, NOW - grace + 1))).isEqualTo(YOUNG);
        assertThat(orphanVerdict(entry(5, NOW + 1_000_000))).isEqualTo(YOUNG);
        assertThat(orphanVerdict(new InventoryEntry(KEY, 5, OLD, NOW, false))).isEqualTo(YOUNG);
        assertThat(orphanVerdict(new InventoryEntry(KEY, 5, NOW, OLD, false))).isEqualTo(YOUNG);
    }

    @Test
    void aFileOfUnknownAgeIsYoung() {
        assertThat(orphanVerdict(new InventoryEntry(KEY, 5, InventoryEntry.UNKNOWN_TIME, OLD, false)))
                .isEqualTo(YOUNG);
        assertThat(orphanVerdict(new InventoryEntry(KEY, 5, OLD, InventoryEntry.UNKNOWN_TIME, false)))
                .isEqualTo(YOUNG);
    }

    private Verdict orphanVerdict(InventoryEntry entry) {
        CopyFacts same =
                new CopyFacts(KEY, Presence.PRESENT, entry.sizeBytes(), entry.modifiedMillis(), entry.changedMillis());
        return rules.decide(Candidate.orphan(entry), new SecondLook(List.of(), true, same));
    }

    @Test
    void aFileThatARecordOfAnyShardClaimsNowIsNoOrphan() {
        assertThat(rules.decide(Candidate.orphan(entry(5, OLD)), look(Presence.PRESENT, onBoth())))
                .isEqualTo(CHANGED);
        LiveRecord elsewhere = record(OptionalLong.of(OLD), 5, new CopyLocation("dc2", OTHER));
        assertThat(rules.decide(Candidate.orphan(entry(5, OLD)), look(Presence.PRESENT, elsewhere)))
                .isEqualTo(drift(DriftKind.ORPHAN_FILE));
    }

    @ParameterizedTest
    @CsvSource({"ABSENT, CHANGED", "IN_USE, IN_USE", "UNKNOWN, UNKNOWN"})
    void aFileThatIsNotThereOrInUseNowIsNoOrphan(Presence presence, String expected) {
        assertThat(name(rules.decide(Candidate.orphan(entry(5, OLD)), look(presence))))
                .isEqualTo(expected);
    }

    @Test
    void aFileThatChangedSinceTheListingIsNoOrphan() {
        assertThat(rules.decide(Candidate.orphan(entry(6, OLD)), look(Presence.PRESENT)))
                .isEqualTo(CHANGED);
        assertThat(rules.decide(Candidate.orphan(entry(5, OLD - 1)), look(Presence.PRESENT)))
                .isEqualTo(CHANGED);
        InventoryEntry touched = new InventoryEntry(KEY, 5, OLD, OLD, true);
        assertThat(rules.decide(Candidate.orphan(touched), look(Presence.PRESENT)))
                .isEqualTo(IN_USE);
    }

    @Test
    void aRecordThatIsYoungOrOfUnknownAgeProtectsItsCopy() {
        for (OptionalLong young : List.of(OptionalLong.empty(), OptionalLong.of(NOW - RECORD_GRACE.toMillis() + 1))) {
            LiveRecord record = record(young, 5, new CopyLocation("dc1", NODE));
            assertThat(rules.decide(Candidate.missing(claim(0)), look(Presence.ABSENT, record)))
                    .isEqualTo(YOUNG);
        }
        LiveRecord old = record(OptionalLong.of(NOW - RECORD_GRACE.toMillis()), 5, new CopyLocation("dc1", NODE));
        assertThat(rules.decide(Candidate.missing(claim(0)), look(Presence.ABSENT, old)))
                .isEqualTo(drift(DriftKind.MISSING_COPY));
    }

    @Test
    void anEmptyObjectHasNoFile() {
        assertThat(CandidateRules.compare(new Claim(KEY, 0, 1, 2, 2, 0, 1, List.of(1))))
                .isEmpty();
        LiveRecord empty = record(OptionalLong.of(OLD), 0, new CopyLocation("dc1", NODE));
        assertThat(rules.decide(Candidate.missing(claim(0)), look(Presence.ABSENT, empty)))
                .isEqualTo(CHANGED);
    }

    @Test
    void aFileOfAnotherLengthThanItsRecord() {
        assertThat(CandidateRules.compare(claim(0), entry(5, OLD))).isEmpty();
        Candidate wrong = CandidateRules.compare(claim(0), entry(4, OLD)).orElseThrow();
        CopyFacts shorter = new CopyFacts(KEY, Presence.PRESENT, 4, OLD, OLD);
        assertThat(rules.decide(wrong, new SecondLook(List.of(onBoth()), true, shorter)))
                .isEqualTo(drift(DriftKind.SIZE_MISMATCH));
        assertThat(rules.decide(wrong, look(Presence.PRESENT, onBoth()))).isEqualTo(CHANGED);
    }

    @Test
    void recordsOfOneCopyThatDisagreeAreReportedOnce() {
        LiveRecord other =
                record(OptionalLong.of(OLD), 6, new CopyLocation("dc1", NODE), new CopyLocation("dc2", OTHER));
        Candidate doubted = rules.doubt(claim(Claim.CONTRADICTORY)).orElseThrow();
        assertThat(rules.decide(doubted, look(Presence.PRESENT, onBoth(), other)))
                .isEqualTo(drift(DriftKind.CONTRADICTORY));
        assertThat(rules.decide(Candidate.missing(claim(0)), look(Presence.ABSENT, onBoth(), other)))
                .isEqualTo(UNKNOWN);
    }

    @Test
    void theNumberAndPlacesOfCopies() {
        assertThat(rules.doubt(claim(Claim.REPORTS_RECORD))).isEmpty();
        Claim one = new Claim(KEY, 5, 1, 2, 1, Claim.REPORTS_RECORD, 1, List.of(1));
        assertThat(recordVerdict(one, new CopyLocation("dc1", NODE))).isEqualTo(drift(DriftKind.UNDER_REPLICATED));
        assertThat(recordVerdict(one, new CopyLocation("dc1", NODE), new CopyLocation("dc2", OTHER)))
                .isEqualTo(CHANGED);
        Claim twice = claim(Claim.REPORTS_RECORD | Claim.NAMED_TWICE);
        assertThat(recordVerdict(
                        twice,
                        new CopyLocation("dc1", NODE),
                        new CopyLocation("dc1", NODE),
                        new CopyLocation("dc2", OTHER)))
                .isEqualTo(drift(DriftKind.OVER_REPLICATED));
        Claim together = claim(Claim.REPORTS_RECORD | Claim.ONE_DATACENTER);
        assertThat(recordVerdict(together, new CopyLocation("dc1", NODE), new CopyLocation("dc1", OTHER)))
                .isEqualTo(drift(DriftKind.MISPLACED));
        assertThat(rules.doubt(claim(Claim.ONE_DATACENTER)))
                .as("another claim of the record reports it")
                .isEmpty();
    }

    private Verdict recordVerdict(Claim claim, CopyLocation... copies) {
        Optional<Candidate> doubted = rules.doubt(claim);
        return rules.decide(doubted.orElseThrow(), look(Presence.PRESENT, record(OptionalLong.of(OLD), 5, copies)));
    }

    private static Finding planned(DriftKind kind, long bytes, long since) {
        return new Finding(
                NODE,
                kind,
                KEY,
                5,
                bytes,
                Optional.of(Instant.ofEpochMilli(since)),
                1,
                List.of(1),
                Finding.State.PLANNED,
                "");
    }

    /** Only the very file that the plan saw is moved. */
    @Test
    void anOrphanIsStillTrueOnlyForTheSameFile() {
        Finding orphan = planned(DriftKind.ORPHAN_FILE, 5, OLD);
        assertThat(rules.decideAgain(orphan, look(Presence.PRESENT))).isEqualTo(drift(DriftKind.ORPHAN_FILE));
        assertThat(rules.decideAgain(planned(DriftKind.ORPHAN_FILE, 4, OLD), look(Presence.PRESENT)))
                .isEqualTo(NoFinding.CHANGED);
        assertThat(rules.decideAgain(planned(DriftKind.ORPHAN_FILE, 5, OLD - 1), look(Presence.PRESENT)))
                .isEqualTo(NoFinding.CHANGED);
        assertThat(rules.decideAgain(orphan, look(Presence.PRESENT, onBoth()))).isEqualTo(NoFinding.CHANGED);
        assertThat(rules.decideAgain(orphan, new SecondLook(List.of(), false, facts(Presence.PRESENT))))
                .isEqualTo(NoFinding.UNKNOWN);
        assertThat(rules(false).decideAgain(orphan, look(Presence.PRESENT))).isEqualTo(NoFinding.UNKNOWN);
        assertThat(rules.decideAgain(orphan, look(Presence.ABSENT))).isNotInstanceOf(Drift.class);
        assertThat(rules.decideAgain(orphan, look(Presence.IN_USE))).isNotInstanceOf(Drift.class);
    }

    @ParameterizedTest
    @CsvSource({
        "MISSING_COPY, ABSENT, MISSING_COPY",
        "MISSING_COPY, PRESENT, CHANGED",
        "CHECKSUM_MISMATCH, PRESENT, CHECKSUM_MISMATCH",
        "CHECKSUM_MISMATCH, ABSENT, CHANGED",
        "CHECKSUM_MISMATCH, IN_USE, IN_USE",
        "CHECKSUM_MISMATCH, UNKNOWN, UNKNOWN"
    })
    void aClaimIsDecidedAgainByTheRecordsAndTheFileAsTheyAreNow(DriftKind kind, Presence presence, String expected) {
        Verdict verdict = rules.decideAgain(planned(kind, 0, OLD), look(presence, onBoth()));
        assertThat(verdict instanceof Drift drift ? drift.kind().name() : verdict.toString())
                .isEqualTo(expected);
    }

    @Test
    void aRecordThatHasEnoughCopiesNowNeedsNoFurtherOne() {
        Finding lonely = planned(DriftKind.UNDER_REPLICATED, 0, OLD);
        assertThat(rules.decideAgain(lonely, look(Presence.PRESENT, onBoth()))).isEqualTo(NoFinding.CHANGED);
        assertThat(rules.decideAgain(
                        lonely, look(Presence.PRESENT, record(OptionalLong.of(OLD), 5, new CopyLocation("dc1", NODE)))))
                .isEqualTo(drift(DriftKind.UNDER_REPLICATED));
    }
}
