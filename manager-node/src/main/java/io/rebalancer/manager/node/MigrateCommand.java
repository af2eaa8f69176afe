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

/** {@code rebalancer migrate}: so that managers need no right to make tables. */
@Command(
        name = "migrate",
        description = "Brings the tables of the managers' PostgreSQL journal up to date.",
        mixinStandardHelpOptions = true)
public final class MigrateCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "a manager's settings, in HOCON")
    private Path config = Path.of("");

    @Option(names = "--user", paramLabel = "NAME", description = "who may make tables, if not the manager's own user")
    private String user = "";

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            interactive = true,
            arity = "0..1",
            description = "that user's password; asked for if it is not given")
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
            out.println("the journal is embedded: there are no tables to bring up to date");
            return 0;
        }
        JournalSettings.Postgresql database = user.isEmpty()
                ? given
                : new JournalSettings.Postgresql(given.url(), user, password, given.poolSize(), true);
        int scripts = new Schema(database, given.user()).migrate();
        out.println(
                scripts == 0 ? "the tables are up to date" : scripts + " scripts were run; the tables are up to date");
        return 0;
    }
}
