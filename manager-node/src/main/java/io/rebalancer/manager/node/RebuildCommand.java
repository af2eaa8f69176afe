package io.rebalancer.manager.node;

import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.ManagerSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.persistence.Journals;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rebalancer rebuild}: repairs damaged read-side tables. */
@Command(
        name = "rebuild",
        description = {
            "Empties the read-side tables. Managers rebuild them from the journal: on PostgreSQL within seconds, with an"
                    + " embedded journal when the manager starts again.",
            "Rows of jobs whose events are deleted from the journal stay as they are.",
            "Jobs are not affected."
        },
        mixinStandardHelpOptions = true)
public final class RebuildCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "settings file of a manager, in HOCON")
    private Path config = Path.of("");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        CommandLines.runAndExit(new RebuildCommand(), arguments);
    }

    @Override
    public Integer call() {
        JournalSettings journal =
                ManagerSettings.from(SettingsFile.load(config)).journal();
        int kept = Journals.of(journal).clearReadSide();
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                journal instanceof JournalSettings.Postgresql
                        ? "the tables are empty; a running manager rebuilds them within seconds"
                        : "the tables are empty; the manager rebuilds them when it starts");
        if (kept > 0) {
            out.println(
                    "the rows of " + kept + " jobs stay as they are: some of their events are deleted from the journal,"
                            + " so the rows can't be written again");
        }
        return 0;
    }
}
