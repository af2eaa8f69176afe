package io.rebalancer.adm;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code rebalancer adm}: the commands of the legacy tool (manta.md section 11), and a command for each call of a manager's
 * API. Data is printed on standard output, messages and progress on standard error. {@link ExitCode} has the exit codes.
 */
@Command(
        name = LegacyUsage.PROGRAM,
        versionProvider = AdmCommand.BuildVersion.class,
        description = "Manages evacuate jobs and storage nodes through a manager's HTTP API.")
public final class AdmCommand implements Runnable {
    /** The commands of the first level. They are no annotation: {@link CommandTree} builds only what it needs. */
    static final List<Class<?>> COMMANDS = List.of(
            JobCommand.class,
            NodeCommand.class,
            AgentCommand.class,
            SettingsCommand.class,
            PlanCommand.class,
            ReconcileCommand.class,
            CertificateCommand.class,
            AuditCommand.class,
            TokenCommand.class,
            ClusterCommand.class,
            EventsCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class);

    private final AdmContext context;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    AdmCommand(AdmContext context) {
        this.context = context;
    }

    /** The version in the manifest of this jar; {@code 0.0.0-dev} if the classes are not in a jar. */
    static final class BuildVersion implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = AdmCommand.class.getPackage().getImplementationVersion();
            return new String[] {LegacyUsage.PROGRAM + " " + (version == null ? "0.0.0-dev" : version)};
        }
    }

    /** Runs the command. {@link ExitCode} has the exit codes. */
    public static void main(String[] arguments) {
        System.exit(run(AdmContext.ofProcess(writer(System.out), writer(System.err)), arguments));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    static int run(AdmContext context, String... arguments) {
        return CommandTree.create(context, arguments).execute(arguments);
    }

    AdmContext context() {
        return context;
    }

    @Override
    public void run() {
        throw new LegacyUsage.SubcommandMissing(spec.commandLine());
    }
}
