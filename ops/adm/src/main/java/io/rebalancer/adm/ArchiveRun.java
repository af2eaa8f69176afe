package io.rebalancer.adm;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs common commands once, so that {@code bin/archive-classes} can store the classes that they load. It prints nothing: the
 * manager may not be ready, and the classes of the failure are wanted too.
 */
final class ArchiveRun {
    private static final String NO_JOB = "00000000-0000-4000-8000-000000000000";
    private static final List<String> COMMANDS = List.of(
            "job list",
            "job list --output table",
            "job list --output jsonl",
            "job get " + NO_JOB + " --output table",
            "job progress " + NO_JOB,
            "job blockers " + NO_JOB,
            "job watch --timeout 1ms " + NO_JOB,
            "node list",
            "plan list",
            "cluster status",
            "settings get",
            "audit list",
            "job list --help");

    private ArchiveRun() {}

    /** @param arguments the base URL of a manager */
    public static void main(String[] arguments) {
        AdmContext context = AdmContext.ofProcess(discarded(), discarded());
        for (String command : COMMANDS) {
            AdmCommand.run(context, (command + " --url " + arguments[0]).split(" "));
        }
    }

    private static PrintWriter discarded() {
        return new PrintWriter(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    }
}
