package io.rebalancer.core.preflight;

/**
 * What one check found.
 *
 * @param detail what was found, in one line
 * @param advice what to do, in one line; empty text if there is nothing to do
 */
public record CheckResult(CheckName name, Outcome outcome, String detail, String advice) {

    /** The outcomes, from the best to the worst. */
    public enum Outcome {
        PASS,
        /** A job works, but slower or not to its end, or the check has no answer. */
        WARN,
        FAIL
    }

    public static CheckResult pass(CheckName name, String detail) {
        return new CheckResult(name, Outcome.PASS, detail, "");
    }

    public static CheckResult warn(CheckName name, String detail, String advice) {
        return new CheckResult(name, Outcome.WARN, detail, advice);
    }

    public static CheckResult fail(CheckName name, String detail, String advice) {
        return new CheckResult(name, Outcome.FAIL, detail, advice);
    }

    /** The check has no answer, so it never passes. */
    public static CheckResult unknown(CheckName name, String why) {
        return warn(name, "not checked: " + why, "remove the cause and check again, or check it by other means");
    }
}
