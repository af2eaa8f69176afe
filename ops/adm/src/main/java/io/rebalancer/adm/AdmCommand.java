package io.rebalancer.adm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code rebalancer adm}: the commands of the legacy tool (manta.md section 11), with the manager's address as an
 * option.
 */
@Command(
        name = LegacyUsage.PROGRAM,
        mixinStandardHelpOptions = true,
        versionProvider = AdmCommand.BuildVersion.class,
        description = "Manages evacuate jobs and storage nodes through a manager's HTTP API.",
        subcommands = {
            AdmCommand.Job.class,
            NodeCommand.class,
            SettingsCommand.class,
            PlanCommand.class,
            CertificateCommand.class,
            AuditCommand.class,
            TokenCommand.class,
            CommandLine.HelpCommand.class
        })
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

    /** Runs the command. Exits with 1 on any failure, like the legacy tool; {@link CertificateCommand} and {@link AuditCommand} also have 2. */
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
                    return verifiesFiles(fault.getCommandLine()) ? CertificateCommand.USAGE : FAILED;
                })
                .setExecutionExceptionHandler((fault, line, parsed) -> {
                    err.println("Error: \"" + fault.getMessage() + "\"");
                    return FAILED;
                })
                .execute(arguments);
    }

    private static boolean verifiesFiles(CommandLine command) {
        return command.getCommand() instanceof CertificateCommand
                || command.getCommand() instanceof AuditCommand
                || command.getParent() != null && verifiesFiles(command.getParent());
    }

    @Override
    public void run() {
        throw new LegacyUsage.SubcommandMissing(spec.commandLine());
    }

    /** The commands for jobs. */
    @Command(
            name = "job",
            mixinStandardHelpOptions = true,
            description = "Lists, shows, creates, pauses, resumes, cancels and retries evacuate jobs.",
            subcommands = Job.Create.class)
    static final class Job extends ManagerCommand {
        @Command(name = "list", description = "Lists all jobs, newest first.")
        int list() throws CommandFailed, InterruptedException, JsonProcessingException {
            return printJson(manager().get("/jobs"));
        }

        @Command(name = "get", description = "Shows the state and the counts of a job.")
        int get(@Parameters(paramLabel = "<uuid>", description = "id of the job") String id)
                throws CommandFailed, InterruptedException, JsonProcessingException {
            try (WaitingNotice notice = new WaitingNotice(
                    spec.commandLine().getOut(), "Getting job status counts.  This may take some time...")) {
                notice.start();
                return printJson(manager().get("/jobs/" + id));
            }
        }

        @Command(
                name = "retry",
                description =
                        "Creates a job for the unmoved records of an earlier job. With --reason, only exceptions with"
                                + " these reasons are retried, without a scan: by the next pass of the job if it runs, else by a"
                                + " new job, which never ends as DONE.")
        int retry(
                @Parameters(paramLabel = "<uuid>", description = "id of the job") String id,
                @Option(names = "--reason", paramLabel = "WORD", description = "such as md5_mismatch; may be repeated")
                        @Nullable
                        List<String> reasons)
                throws CommandFailed, InterruptedException {
            if (reasons == null) {
                return print(manager().post("/jobs/" + id + "/retry", ""));
            }
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            reasons.forEach(body.putArray("reasons")::add);
            ManagerApiClient.Response response =
                    ManagerApiClient.succeeded(manager().tryPost("/api/v1/jobs/" + id + "/retry", body.toString()));
            JsonNode answer = ManagerApiClient.json(response);
            return answer.has("state") ? printNextPass(id, answer.path("state").asText(), reasons) : print(response);
        }

        private int printNextPass(String id, String state, List<String> reasons) {
            spec.commandLine()
                    .getOut()
                    .println("job " + id + " is " + state + ": "
                            + (state.equals("WAITING")
                                    ? "a pass begins now"
                                    : "when this pass ends, another begins at once")
                            + " that retries the exceptions with " + String.join(", ", reasons)
                            + " by their keys; then the job continues");
            return 0;
        }

        @Command(
                name = "exceptions",
                description = "Writes all records that a job could not move to a file, with the reason of each.")
        int exceptions(
                @Parameters(paramLabel = "<uuid>", description = "id of the job") String id,
                @Option(
                                names = {"-o", "--output"},
                                required = true,
                                paramLabel = "FILE",
                                description = "file to write; an existing file is replaced")
                        Path output,
                @Option(
                                names = "--format",
                                paramLabel = "FORMAT",
                                defaultValue = "jsonl",
                                description = "jsonl (one JSON object in each line) or csv (default: ${DEFAULT-VALUE})")
                        String format,
                @Option(names = "--reason", paramLabel = "WORD", description = "only records with this reason")
                        @Nullable
                        String reason)
                throws CommandFailed, InterruptedException {
            String filter = reason == null ? "" : "&reason=" + reason;
            manager().download("/api/v1/jobs/" + id + "/exceptions/export?format=" + format + filter, output);
            spec.commandLine().getOut().println("wrote the exceptions of job " + id + " to " + output);
            return 0;
        }

        @Command(name = "waiting", description = "Shows what a job waits for now, the longest wait first.")
        int waiting(@Parameters(paramLabel = "<uuid>", description = "id of the job") String id)
                throws CommandFailed, InterruptedException {
            JsonNode job = ManagerApiClient.json(manager().get("/api/v1/jobs/" + id));
            PrintWriter out = spec.commandLine().getOut();
            if (job.path("waiting").isEmpty()) {
                out.println("job " + id + " is " + job.path("state").asText() + " and waits for nothing");
            }
            JobWaits.print(out, job);
            return 0;
        }

        @Command(
                name = "why",
                description = "Explains where an object is, each attempt of the job to move it, what happens next, and"
                        + " what you can change.")
        int why(
                @Parameters(paramLabel = "<uuid>", description = "id of the job") String id,
                @Parameters(paramLabel = "<object>", description = "id of the object, or its key: /UUID/stor/NAME")
                        String subject)
                throws CommandFailed, InterruptedException {
            String parameter =
                    (subject.startsWith("/") ? "key=" : "object=") + URLEncoder.encode(subject, StandardCharsets.UTF_8);
            ExplanationText.print(
                    spec.commandLine().getOut(),
                    ManagerApiClient.json(manager().get("/api/v1/jobs/" + id + "/why?" + parameter)));
            return 0;
        }

        @Command(
                name = "blockers",
                description = "Shows what holds a job, the heaviest first, and the stage that limits its speed.")
        int blockers(@Parameters(paramLabel = "<uuid>", description = "id of the job") String id)
                throws CommandFailed, InterruptedException {
            BlockersText.print(
                    spec.commandLine().getOut(),
                    ManagerApiClient.json(manager().get("/api/v1/jobs/" + id + "/blockers")));
            return 0;
        }

        @Command(
                name = "progress",
                description = "Shows how far and how fast a job is, by stage and destination, and when its pass ends.")
        int progress(@Parameters(paramLabel = "<uuid>", description = "id of the job") String id)
                throws CommandFailed, InterruptedException {
            ProgressText.print(
                    spec.commandLine().getOut(),
                    ManagerApiClient.json(manager().get("/api/v1/jobs/" + id + "/progress")));
            return 0;
        }

        @Command(
                name = "cancel",
                description =
                        "Ends a job for good: verified copies are committed, all others are discarded. Waits until"
                                + " every agent has acknowledged that nothing is written any more. The storage node stays out of"
                                + " service; node recommission puts it back.")
        int cancel(
                @Parameters(paramLabel = "<uuid>", description = "id of the job") String id,
                @Option(
                                names = "--wait",
                                paramLabel = "SECONDS",
                                defaultValue = "30",
                                description = "how long to wait for the agents (default: ${DEFAULT-VALUE}); the job is"
                                        + " cancelled also after that time")
                        int seconds)
                throws CommandFailed, InterruptedException {
            return order(
                    new JobOrder(manager(), id, "cancel", "CANCELLED"),
                    seconds,
                    "every agent has acknowledged that nothing is written for it");
        }

        @Command(
                name = "pause",
                description =
                        "Stops all writes of a job: no byte is written for it and no record is changed, until it is"
                                + " resumed. Waits until every agent has confirmed that, and names those that have not.")
        int pause(
                @Parameters(paramLabel = "<uuid>", description = "id of the job") String id,
                @Option(
                                names = "--wait",
                                paramLabel = "SECONDS",
                                defaultValue = "3",
                                description =
                                        "how long to wait for the agents (default: ${DEFAULT-VALUE}); the job pauses"
                                                + " also after that time")
                        int seconds)
                throws CommandFailed, InterruptedException {
            return order(
                    new JobOrder(manager(), id, "pause", "PAUSED"),
                    seconds,
                    "every agent has confirmed that it writes nothing");
        }

        @Command(name = "resume", description = "Lets a paused job continue where the pause has interrupted it.")
        int resume(@Parameters(paramLabel = "<uuid>", description = "id of the job") String id)
                throws CommandFailed, InterruptedException {
            JsonNode job = ManagerApiClient.json(manager().post("/api/v1/jobs/" + id + "/resume", ""));
            spec.commandLine()
                    .getOut()
                    .println("job " + id + " is " + job.path("state").asText());
            return 0;
        }

        private int order(JobOrder order, int seconds, String carriedOut) throws CommandFailed, InterruptedException {
            JsonNode job = order.carryOut(Duration.ofSeconds(seconds));
            PrintWriter out = spec.commandLine().getOut();
            if (order.isCarriedOut(job)) {
                out.println("job " + order.id() + " is " + order.reached() + ": " + carriedOut);
                return 0;
            }
            out.println("job " + order.id() + " is " + job.path("state").asText() + " after " + seconds
                    + " s; it waits for:");
            JobWaits.print(out, job);
            out.println("run the command again to wait longer; nothing more has to be ordered");
            return FAILED;
        }

        private int printJson(ManagerApiClient.Response response) throws CommandFailed, JsonProcessingException {
            Object sorted = ManagerApiClient.JSON.convertValue(ManagerApiClient.json(response), Object.class);
            return print(
                    new ManagerApiClient.Response(response.server(), ManagerApiClient.JSON.writeValueAsString(sorted)));
        }

        /** Prints an empty line, the manager's version, and the response, like the legacy tool. */
        private int print(ManagerApiClient.Response response) {
            PrintWriter out = spec.commandLine().getOut();
            out.println();
            out.println("server version: " + response.server());
            out.println(response.body().strip());
            return 0;
        }

        /** The commands that create jobs. */
        @Command(
                name = "create",
                mixinStandardHelpOptions = true,
                description =
                        "Creates a job that empties a storage node, if the checks before it allow that. Prints its"
                                + " id. Exit codes: 0 if the job is created, 3 if a check refuses it or its plan is outdated, 1 on"
                                + " any other failure."
                                + " The subcommand has the form of the legacy tool, and runs no checks.")
        static final class Create implements Callable<Integer> {
            @CommandLine.ParentCommand
            private Job job = new Job();

            @Spec
            private CommandSpec spec = CommandSpec.create();

            @Parameters(arity = "0..1", paramLabel = "<node>", description = "storage id of the node to empty")
            private @Nullable String node;

            @Option(
                    names = "--force",
                    paramLabel = "NAME",
                    description = "creates the job even if this check fails; may be repeated. The manager records it.")
            private List<String> force = new ArrayList<>();

            @Option(
                    names = "--max-objects",
                    paramLabel = "N",
                    description = "maximum number of objects in the job (default: all)")
            private @Nullable Long maxObjects;

            @Option(
                    names = "--plan",
                    paramLabel = "ID",
                    description = "creates the job only if the fleet is still that of this plan")
            private @Nullable String plan;

            @Override
            public Integer call() throws CommandFailed, InterruptedException {
                if (node == null) {
                    throw new LegacyUsage.SubcommandMissing(spec.commandLine());
                }
                JobCreation creation = new JobCreation(node);
                creation.force(force);
                if (maxObjects != null) {
                    creation.limit(maxObjects);
                }
                if (plan != null) {
                    creation.plan(plan);
                }
                return creation.send(
                        job.manager(),
                        spec.commandLine().getOut(),
                        spec.commandLine().getErr());
            }

            @Command(name = "evacuate", description = "Creates a job that empties a storage node.")
            int evacuate(
                    @Option(
                                    names = {"-s", "--shark"},
                                    required = true,
                                    paramLabel = "<shark>",
                                    description = "storage id of the node to empty")
                            String shark,
                    @Option(
                                    names = {"-m", "--max_objects"},
                                    paramLabel = "<n>",
                                    description = "maximum number of objects in the job (default: all)")
                            @Nullable
                            String maxObjects)
                    throws CommandFailed, InterruptedException {
                ObjectNode request = JsonNodeFactory.instance.objectNode().put("action", "evacuate");
                request.putObject("params").put("from_shark", shark).put("max_objects", limit(maxObjects));
                return job.print(job.manager().post("/jobs", request.toString()));
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
