package io.rebalancer.adm;

import java.util.LinkedHashMap;
import java.util.Map;

/** How a command ended, as the exit code of the process. Scripts depend on these numbers: a number never changes. */
enum ExitCode {
    /** The command did what it was asked for. */
    DONE(0, "done"),
    /** The command failed, the command line is wrong, or the job or run that it waited for failed or was cancelled. */
    FAILURE(1, "failure, or a wrong command line"),
    /**
     * The job that the command waited for ended, and left records on the storage node; or the run of reconciliation ended, and
     * found something, or could not compare all.
     */
    EXCEPTIONS(2, "the job or run has ended, with exceptions or findings"),
    /**
     * A file can't be read or the command line is wrong. Only the two offline verifications exit with it, as cmp(1) does,
     * so that scripts can distinguish a file that is not valid (1) from a file that was not verified.
     */
    NOT_VERIFIED(2, "certificate verify, audit verify: not verified"),
    /** A check refuses the job, or the plan of the job is outdated. */
    REFUSED(3, "a check before the job refuses it, or its plan is outdated"),
    /** The time to wait is over, the job is stalled, or a check has no result yet. */
    BLOCKED(4, "blocked, or not finished in time"),
    /** The manager does not accept the token, or its role may not do this (401, 403). */
    AUTHENTICATION(5, "the manager refuses the token (401, 403)");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The number that the process ends with. */
    int code() {
        return code;
    }

    /** The meaning of each number, in their order, for help texts. */
    static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (ExitCode each : values()) {
            meanings.merge(String.valueOf(each.code), each.meaning, (first, second) -> first + "; " + second);
        }
        return meanings;
    }
}
