package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.audit.AuditFinding;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.audit.AuditVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for the audit log of operator actions. {@code verify} needs no manager. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Lists and exports what operators ordered, and verifies an exported log.")
final class AuditCommand extends ManagerCommand {
    /** A usage error exits with {@link CertificateCommand#USAGE}. */
    private static final int NOT_INTACT = 1;

    private static final String LINE = "%8s  %-24s %-22s %-20s %-40s %-34s %s%n";

    @Command(name = "list", description = "Lists entries, newest first.")
    int list(
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "maximum number of entries, at most 1000 (default: ${DEFAULT-VALUE})")
                    int limit,
            @Option(
                            names = "--before",
                            paramLabel = "NUMBER",
                            description = "only entries before the entry with this number")
                    @Nullable
                    Long before)
            throws CommandFailed, InterruptedException {
        String bound = before == null ? "" : "&before=" + before;
        JsonNode page = ManagerApiClient.json(manager().get("/api/v1/audit/entries?limit=" + limit + bound));
        PrintWriter out = spec.commandLine().getOut();
        if (page.path("entries").isEmpty()) {
            out.println("the audit log has no such entry");
            return 0;
        }
        out.printf(LINE, "NUMBER", "AT", "FROM", "ACTION", "SUBJECT", "RESULT", "PARAMETERS");
        page.path("entries").forEach(entry -> print(out, entry));
        if (page.has("next")) {
            out.println("earlier entries: --before " + page.path("next").asLong());
        }
        return 0;
    }

    private static void print(PrintWriter out, JsonNode entry) {
        StringBuilder parameters = new StringBuilder();
        entry.path("parameters")
                .properties()
                .forEach(each -> parameters
                        .append(parameters.isEmpty() ? "" : " ")
                        .append(each.getKey())
                        .append('=')
                        .append(each.getValue().asText()));
        long order = entry.path("request").asLong();
        out.printf(
                LINE,
                entry.path("number").asText(),
                // To the millisecond.
                entry.path("at").asText().replaceFirst("(\\.\\d{3})\\d*Z", "$1Z"),
                (entry.path("user").asText() + " " + entry.path("source").asText()).strip(),
                entry.path("action").asText(),
                entry.path("subject").asText(),
                entry.path("result").asText() + (order == 0 ? "" : " (order " + order + ")"),
                parameters);
    }

    @Command(
            name = "export",
            description = {
                "Writes the whole log to a file, one entry in each line, and verifies it.",
                "Keep the printed last entry at another place: with --last, verify then finds a removed end too."
            })
    int export(
            @Option(
                            names = {"-o", "--output"},
                            required = true,
                            paramLabel = "FILE",
                            description = "file to write; an existing file is replaced")
                    Path output)
            throws CommandFailed, InterruptedException {
        Optional<String> last =
                manager().download("/api/v1/audit/export", output).firstValue("Rebalancer-Audit-Last");
        spec.commandLine().getOut().println("wrote the audit log to " + output);
        return verified(output, last.flatMap(AuditHead::parse));
    }

    @Command(
            name = "verify",
            description = {
                "Verifies every byte of an exported log, without a manager: no entry is changed, missing or reordered.",
                "Exit codes: 0 if the log is intact, 1 if it is not, 2 if the file can't be read or the command line is wrong."
            })
    int verify(
            @Parameters(paramLabel = "<file>", description = "exported log") Path file,
            @Option(
                            names = "--last",
                            paramLabel = "NUMBER:HASH",
                            description =
                                    "an entry that the log must have, as an earlier export or verify printed it; without it"
                                            + " a removed end is not found")
                    @Nullable
                    String last) {
        Optional<AuditHead> expected = Optional.ofNullable(last).flatMap(AuditHead::parse);
        if (last != null && expected.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--last must be the number of an entry, a colon and its 64 hexadecimal digits, not " + last);
        }
        return verified(file, expected);
    }

    private int verified(Path file, Optional<AuditHead> expected) {
        AuditVerifier.Verdict verdict;
        try (InputStream in = Files.newInputStream(file)) {
            verdict = AuditVerifier.verify(new LogLines(in), expected);
        } catch (IOException | UncheckedIOException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "the exported log " + file + " can't be read (" + e + ")");
        }
        if (verdict.finding().isPresent()) {
            AuditFinding finding = verdict.finding().get();
            spec.commandLine()
                    .getErr()
                    .println("NOT INTACT: " + file + ": " + finding.kind() + " at entry " + finding.number() + ": "
                            + finding.detail());
            return NOT_INTACT;
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("INTACT: " + verdict.last().number() + " entries; last "
                + verdict.last().text());
        if (expected.isEmpty()) {
            out.println("Whether later entries were removed is not known: give an entry that you kept with --last.");
        }
        return 0;
    }
}
