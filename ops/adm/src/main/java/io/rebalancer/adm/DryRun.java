package io.rebalancer.adm;

/** Commands that destroy or end something show what would happen, unless the operator confirms. */
final class DryRun {
    static final String YES = "--yes";
    static final String DESCRIPTION = "does it; without this option, nothing is changed";

    private DryRun() {}

    /**
     * Prints what would happen, and the command that does it.
     *
     * @param command the words of the command line, without the program
     */
    static void report(AdmContext context, String effect, String command) {
        context.err().println("dry run, nothing was changed: " + effect);
        context.err().println("to do it: " + LegacyUsage.PROGRAM + " " + command + " " + YES);
    }
}
