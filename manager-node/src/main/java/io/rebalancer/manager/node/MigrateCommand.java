package io.rebalancer.manager.node;

import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.ManagerSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.persistence.postgres.Schema;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rebalancer migrate}: creates and updates tables, so that managers need no right to do so. */
@Command(
        name = "migrate",
        description = "Updates the tables of the managers' PostgreSQL journal to the current version.",
        mixinStandardHelpOptions = true)
public final class MigrateCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "settings file of a manager, in HOCON")
    private Path config = Path.of("");

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "user with the right to create tables; default: the user in the settings")
    private String user = "";

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            interactive = true,
            arity = "0..1",
            description = "password of that user; prompted for if the option has no value")
    private String password = "";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        CommandLines.runAndExit(new MigrateCommand(), arguments);
    }

    @Override
    public Integer call() {
        JournalSettings journal =
                ManagerSettings.from(SettingsFile.load(config)).journal();
        PrintWriter out = spec.commandLine().getOut();
        if (!(journal instanceof JournalSettings.Postgresql given)) {
            out.println("the journal is embedded and has no tables to update");
            return 0;
        }
        JournalSettings.Postgresql database = user.isEmpty()
                ? given
                : new JournalSettings.Postgresql(
                        given.url(), user, password, given.poolSize(), given.readingPoolSize(), true);
        int scripts = new Schema(database, given.user()).migrate();
        out.println(
                scripts == 0 ? "the tables are up to date" : "ran " + scripts + " scripts; the tables are up to date");
        return 0;
    }
}
