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

/** {@code rebalancer rebuild}: for tables about jobs that somebody has damaged. */
@Command(
        name = "rebuild",
        description = {
            "Empties the tables about jobs. Managers make them anew from the journal: those that run on PostgreSQL within"
                    + " seconds, one with an embedded journal when it is started again.",
            "No job is touched."
        },
        mixinStandardHelpOptions = true)
public final class RebuildCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "a manager's settings, in HOCON")
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
        Journals.of(journal).clearReadSide();
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                journal instanceof JournalSettings.Postgresql
                        ? "the tables are empty; a running manager makes them anew within seconds"
                        : "the tables are empty; the manager makes them anew when it is started");
        return 0;
    }
}
