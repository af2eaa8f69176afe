package io.rebalancer.core.audit;

import io.rebalancer.core.audit.AuditFinding.Kind;
import io.rebalancer.core.json.InvalidJson;
import java.util.Iterator;
import java.util.Optional;

/**
 * Verifies an exported audit log line by line, offline. It finds every change of a byte, every missing entry and every
 * entry at another place. A log whose entries were all written again from some entry on, or whose last entries were removed, is
 * intact in itself: only a head that was kept elsewhere shows it.
 */
public final class AuditVerifier {
    private final Optional<AuditHead> expected;
    private AuditHead last = AuditHead.START;
    private long line;
    /** The first entry that is not at its place, before a search whether it follows later. */
    private Optional<AuditFinding> gap = Optional.empty();

    /**
     * The result of a verification.
     *
     * @param last the last entry before the finding, or of the log
     * @param finding empty if the log is intact
     */
    public record Verdict(AuditHead last, Optional<AuditFinding> finding) {}

    private AuditVerifier(Optional<AuditHead> expected) {
        this.expected = expected;
    }

    /**
     * Verifies a log.
     *
     * @param lines the log from its first entry on, without line ends
     * @param expected an entry that the log must contain, kept elsewhere since it was read
     */
    public static Verdict verify(Iterator<String> lines, Optional<AuditHead> expected) {
        AuditVerifier verifier = new AuditVerifier(expected);
        Optional<AuditFinding> finding = Optional.empty();
        while (finding.isEmpty() && lines.hasNext()) {
            finding = verifier.read(lines.next());
        }
        return new Verdict(verifier.last, finding.or(verifier::atEnd));
    }

    private Optional<AuditFinding> read(String text) {
        line++;
        AuditEntry entry;
        try {
            entry = AuditChain.parse(text);
        } catch (InvalidJson e) {
            return gap.or(() -> changed("it can't be read: " + e.getMessage()));
        }
        boolean intact = AuditChain.hash(entry).equals(entry.hash());
        if (gap.isPresent()) {
            return isAtGap(entry) && intact ? reordered(entry, "it follows a later entry") : Optional.empty();
        }
        return intact ? place(entry) : changed("its hash is not that of its content");
    }

    private boolean isAtGap(AuditEntry entry) {
        return entry.number() == last.number() + 1;
    }

    private Optional<AuditFinding> place(AuditEntry entry) {
        long number = last.number() + 1;
        if (entry.number() > number) {
            gap = finding(
                    Kind.MISSING,
                    number,
                    "entry " + number + " is missing: line " + line + " is entry " + entry.number()
                            + (number == 1 ? ", so the first entries were removed" : ""));
            return Optional.empty();
        }
        if (entry.number() < number) {
            return reordered(entry, "it occurs again");
        }
        if (!entry.previousHash().equals(last.hash())) {
            return notTheSuccessor(number);
        }
        last = entry.head();
        return expected.filter(head -> head.number() == last.number() && !head.equals(last))
                .flatMap(
                        head -> finding(
                                Kind.CHANGED,
                                last.number(),
                                "entry " + last.number() + " has the hash " + last.hash() + " and not the expected "
                                        + head.hash()
                                        + ": this entry, or one before it, was replaced, and all later ones were written again"));
    }

    private Optional<AuditFinding> notTheSuccessor(long number) {
        return number == 1
                ? changed("it names an entry before it")
                : finding(
                        Kind.CHANGED,
                        last.number(),
                        "line " + line + ": entry " + number + " was written after another entry " + last.number()
                                + ": one of the two was replaced");
    }

    private Optional<AuditFinding> atEnd() {
        if (gap.isPresent()) {
            return gap;
        }
        long next = last.number() + 1;
        if (expected.isPresent() && expected.get().number() > last.number()) {
            return finding(
                    Kind.CUT_OFF,
                    next,
                    "the log ends with entry " + last.number() + ": the entries " + next + " to "
                            + expected.get().number() + " are missing");
        }
        return expected.isEmpty() && last.equals(AuditHead.START)
                ? finding(Kind.MISSING, next, "the log has no entry; give the expected last entry if that is right")
                : Optional.empty();
    }

    private Optional<AuditFinding> changed(String how) {
        long number = last.number() + 1;
        return finding(
                Kind.CHANGED, number, "line " + line + ": entry " + number + " is not as it was written: " + how);
    }

    private Optional<AuditFinding> reordered(AuditEntry entry, String how) {
        return finding(
                Kind.REORDERED,
                entry.number(),
                "line " + line + ": entry " + entry.number() + " is not at its place: " + how);
    }

    private static Optional<AuditFinding> finding(Kind kind, long number, String detail) {
        return Optional.of(new AuditFinding(kind, number, detail));
    }
}
