package io.rebalancer.core.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.audit.AuditFinding.Kind;
import io.rebalancer.core.audit.AuditVerifier.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A log is intact only as it was written, and the first fault is named. */
@Tag("slow")
class AuditVerifierTest {
    private static final int COUNT = 6;

    private final List<AuditEntry> entries = AuditLogs.entries(COUNT);
    private final List<String> log = new ArrayList<>(AuditLogs.lines(COUNT));
    private final AuditHead head = entries.get(COUNT - 1).head();

    private static Verdict verify(List<String> lines) {
        return AuditVerifier.verify(lines.iterator(), Optional.empty());
    }

    private static void assertFinding(Optional<AuditFinding> finding, Kind kind, long number) {
        assertThat(finding).hasValueSatisfying(found -> {
            assertThat(found.kind()).as(found.detail()).isEqualTo(kind);
            assertThat(found.number()).as(found.detail()).isEqualTo(number);
            assertThat(found.detail()).contains("entry " + number);
        });
    }

    private void assertFinding(Kind kind, long number) {
        assertFinding(verify(log).finding(), kind, number);
    }

    @Test
    void aLogAsItWasWrittenIsIntact() {
        assertThat(verify(log)).isEqualTo(new Verdict(head, Optional.empty()));
        assertThat(AuditVerifier.verify(log.iterator(), Optional.of(head)).finding())
                .isEmpty();
    }

    /** A head that was kept earlier still belongs to a log that has grown. */
    @Test
    void aLogMayHaveGrownSinceItsHeadWasKept() {
        for (AuditEntry entry : entries) {
            assertThat(AuditVerifier.verify(log.iterator(), Optional.of(entry.head()))
                            .finding())
                    .isEmpty();
        }
    }

    @Test
    void everyChangeOfOneByteIsFound() {
        for (int at = 0; at < COUNT; at++) {
            String line = log.get(at);
            for (int position = 0; position < line.length(); position++) {
                for (int flip : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
                    List<String> changed = new ArrayList<>(log);
                    StringBuilder text = new StringBuilder(line);
                    text.setCharAt(position, (char) (line.charAt(position) ^ flip));
                    changed.set(at, text.toString());
                    assertFinding(verify(changed).finding(), Kind.CHANGED, at + 1);
                }
            }
        }
    }

    @Test
    void everyTruncationOfALineIsFound() {
        String line = log.get(COUNT - 1);
        for (int length = 0; length < line.length(); length++) {
            log.set(COUNT - 1, line.substring(0, length));
            assertFinding(Kind.CHANGED, COUNT);
        }
    }

    @Test
    void appendedTextAndOtherSpellingsAreFound() {
        String line = log.get(2);
        for (String other : List.of(
                line + " ",
                " " + line,
                line + line,
                line.replace("\":", "\": "),
                line.replace("\"version\":1", "\"version\":1,\"version\":1"),
                line.replace("\"number\":3", "\"number\":03"),
                line.replace("\\u00f6", "\\u00F6"),
                line.replace("{\"action\"", "{\"aaa\":\"\",\"action\""))) {
            assertThat(other).isNotEqualTo(line);
            log.set(2, other);
            assertFinding(Kind.CHANGED, 3);
        }
    }

    @Test
    void eachEntryThatIsRemovedIsNamed() {
        for (int at = 0; at < COUNT - 1; at++) {
            List<String> removed = new ArrayList<>(log);
            removed.remove(at);
            assertFinding(verify(removed).finding(), Kind.MISSING, at + 1);
            assertThat(verify(removed).last().number()).isEqualTo(at);
        }
    }

    @Test
    void aRemovedBeginIsFound() {
        for (int first = 1; first < COUNT; first++) {
            Optional<AuditFinding> finding = verify(log.subList(first, COUNT)).finding();
            assertFinding(finding, Kind.MISSING, 1);
            assertThat(finding.orElseThrow().detail()).contains("first entries were removed");
        }
    }

    @Test
    void aRemovedEndIsFoundWithTheExpectedHead() {
        for (int length = 0; length < COUNT; length++) {
            List<String> cut = log.subList(0, length);
            Optional<AuditFinding> finding =
                    AuditVerifier.verify(cut.iterator(), Optional.of(head)).finding();
            assertThat(finding)
                    .hasValueSatisfying(found -> assertThat(found.kind()).isEqualTo(Kind.CUT_OFF));
            assertThat(finding.orElseThrow().number()).isEqualTo(length + 1);
            assertThat(verify(cut).finding().isPresent()).as("without a head").isEqualTo(length == 0);
        }
        assertThat(AuditVerifier.verify(Collections.emptyIterator(), Optional.of(AuditHead.START))
                        .finding())
                .isEmpty();
    }

    @Test
    void eachPairOfSwappedEntriesIsFound() {
        for (int one = 0; one < COUNT; one++) {
            for (int other = one + 1; other < COUNT; other++) {
                List<String> swapped = new ArrayList<>(log);
                Collections.swap(swapped, one, other);
                assertFinding(verify(swapped).finding(), Kind.REORDERED, one + 1);
            }
        }
    }

    @Test
    void anEntryThatOccursAgainIsFound() {
        for (int at = 0; at < COUNT; at++) {
            List<String> repeated = new ArrayList<>(log);
            repeated.add(log.get(at));
            assertFinding(verify(repeated).finding(), Kind.REORDERED, at + 1);
        }
    }

    /** The hash of the inserted entry is right, and it names the entry before it. */
    @Test
    void anInsertedEntryIsFound() {
        for (int at = 0; at < COUNT; at++) {
            AuditHead before = at == 0 ? AuditHead.START : entries.get(at - 1).head();
            List<String> inserted = new ArrayList<>(log);
            inserted.add(
                    at, AuditChain.line(AuditChain.next(before, entries.get(at).at(), AuditLogs.order(99))));
            assertFinding(verify(inserted).finding(), Kind.REORDERED, at + 1);
        }
    }

    /** The replaced entry has a right hash, so only its successor shows the change. */
    @Test
    void aReplacedEntryIsFoundByItsSuccessor() {
        for (int at = 0; at < COUNT - 1; at++) {
            AuditHead before = at == 0 ? AuditHead.START : entries.get(at - 1).head();
            List<String> replaced = new ArrayList<>(log);
            replaced.set(
                    at, AuditChain.line(AuditChain.next(before, entries.get(at).at(), AuditLogs.order(99))));
            assertFinding(verify(replaced).finding(), Kind.CHANGED, at + 1);
        }
    }

    @Test
    void aLogWrittenAgainIsFoundWithTheExpectedHeadOnly() {
        List<String> forged = new ArrayList<>(log);
        AuditHead last = entries.get(1).head();
        for (int at = 2; at < COUNT; at++) {
            AuditEntry entry = AuditChain.next(last, entries.get(at).at(), AuditLogs.order(at + 50));
            forged.set(at, AuditChain.line(entry));
            last = entry.head();
        }
        assertThat(verify(forged).finding()).isEmpty();
        assertFinding(AuditVerifier.verify(forged.iterator(), Optional.of(head)).finding(), Kind.CHANGED, COUNT);
    }

    @Test
    void aFirstEntryWithAPredecessorIsNotTheFirst() {
        AuditEntry second = entries.get(1);
        AuditEntry forged = AuditChain.next(new AuditHead(0, second.previousHash()), second.at(), second.fact());
        assertFinding(verify(List.of(AuditChain.line(forged))).finding(), Kind.CHANGED, 1);
    }

    @Test
    void anUnknownVersionIsFoundAsSuch() {
        log.set(0, log.get(0).replace("\"version\":1", "\"version\":2"));
        assertThat(verify(log).finding().orElseThrow().detail()).contains("version 2", "newer build");
    }
}
