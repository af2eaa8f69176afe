package io.rebalancer.adm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rebalancer adm}: the older tool's commands (manta.md section 11), with the manager's address as an option. */
@Command(
        name = LegacyUsage.PROGRAM,
        mixinStandardHelpOptions = true,
        versionProvider = AdmCommand.BuildVersion.class,
        description = "Asks and orders evacuate jobs of a manager.",
        subcommands = {AdmCommand.Job.class, CommandLine.HelpCommand.class})
public final class AdmCommand implements Runnable {
    private static final int FAILED = 1;
    private static final long UNSIGNED_32 = 0xFFFF_FFFFL;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The version in the manifest of this jar; {@code 0.0.0-dev} if the classes are not in a jar. */
    static final class BuildVersion implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = AdmCommand.class.getPackage().getImplementationVersion();
            return new String[] {LegacyUsage.PROGRAM + " " + (version == null ? "0.0.0-dev" : version)};
        }
    }

    /** Runs the command; exits with 1 on any failure, as the older tool did. */
    public static void main(String[] arguments) {
        System.exit(run(writer(System.out), writer(System.err), arguments));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new AdmCommand())
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((fault, given) -> {
                    err.println(LegacyUsage.explain(fault));
                    return FAILED;
                })
                .setExecutionExceptionHandler((fault, line, parsed) -> {
                    err.println("Error: \"" + fault.getMessage() + "\"");
                    return FAILED;
                })
                .execute(arguments);
    }

    @Override
    public void run() {
        throw new LegacyUsage.SubcommandMissing(spec.commandLine());
    }

    /** Commands on jobs. */
    @Command(
            name = "job",
            mixinStandardHelpOptions = true,
            description = "Evacuate jobs.",
            subcommands = Job.Create.class)
    static final class Job implements Runnable {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--url",
                scope = CommandLine.ScopeType.INHERIT,
                defaultValue = "${env:REBALANCER_URL:-http://localhost:8080}",
                paramLabel = "URL",
                description = "address of a manager (${DEFAULT-VALUE}); REBALANCER_URL sets another default")
        private URI url = URI.create("");

        @Override
        public void run() {
            throw new LegacyUsage.SubcommandMissing(spec.commandLine());
        }

        @Command(name = "list", description = "Lists all jobs, newest first.")
        int list() throws CommandFailed, InterruptedException, JsonProcessingException {
            return printJson(new ManagerApiClient(url).get("/jobs"));
        }

        @Command(name = "get", description = "Shows how a job stands.")
        int get(@Parameters(paramLabel = "<uuid>", description = "id of the job") String id)
                throws CommandFailed, InterruptedException, JsonProcessingException {
            try (WaitingNotice patience = new WaitingNotice(
                    spec.commandLine().getOut(), "Getting job status counts.  This may take some time...")) {
                patience.begin();
                return printJson(new ManagerApiClient(url).get("/jobs/" + id));
            }
        }

        @Command(name = "retry", description = "Orders a job that takes up what an earlier one left behind.")
        int retry(@Parameters(paramLabel = "<uuid>", description = "id of the earlier job") String id)
                throws CommandFailed, InterruptedException {
            return print(new ManagerApiClient(url).post("/jobs/" + id + "/retry", ""));
        }

        private int printJson(ManagerApiClient.Answer answer) throws CommandFailed, JsonProcessingException {
            Object sorted = ManagerApiClient.JSON.convertValue(ManagerApiClient.json(answer), Object.class);
            return print(
                    new ManagerApiClient.Answer(answer.server(), ManagerApiClient.JSON.writeValueAsString(sorted)));
        }

        /** As the older tool: an empty line, the manager's version, and the answer. */
        private int print(ManagerApiClient.Answer answer) {
            PrintWriter out = spec.commandLine().getOut();
            out.println();
            out.println("server version: " + answer.server());
            out.println(answer.body().strip());
            return 0;
        }

        /** Orders jobs. */
        @Command(name = "create", mixinStandardHelpOptions = true, description = "Orders a job.")
        static final class Create implements Runnable {
            @CommandLine.ParentCommand
            private Job job = new Job();

            @Spec
            private CommandSpec spec = CommandSpec.create();

            @Override
            public void run() {
                throw new LegacyUsage.SubcommandMissing(spec.commandLine());
            }

            @Command(name = "evacuate", description = "Empties a storage node.")
            int evacuate(
                    @Option(
                                    names = {"-s", "--shark"},
                                    required = true,
                                    paramLabel = "<shark>",
                                    description = "storage id of the node")
                            String shark,
                    @Option(
                                    names = {"-m", "--max_objects"},
                                    paramLabel = "<n>",
                                    description = "take up at most n objects; all without it")
                            @Nullable
                            String maxObjects)
                    throws CommandFailed, InterruptedException {
                ObjectNode order = JsonNodeFactory.instance.objectNode().put("action", "evacuate");
                order.putObject("params").put("from_shark", shark).put("max_objects", limit(maxObjects));
                return job.print(new ManagerApiClient(job.url).post("/jobs", order.toString()));
            }

            private static @Nullable Long limit(@Nullable String text) throws CommandFailed {
                if (text == null) {
                    return null;
                }
                try {
                    return (long) Integer.parseUnsignedInt(text) & UNSIGNED_32;
                } catch (NumberFormatException e) {
                    throw new CommandFailed("Numeric value required for max_objects: " + text);
                }
            }
        }
    }
}
