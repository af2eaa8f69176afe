package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for the audit log of operator actions. {@code verify} needs no manager. */
@Command(
        name = "audit",
        addMethodSubcommands = false,
        description = "Lists and exports what operators ordered, and verifies an exported log.")
final class AuditCommand extends ManagerCommand {
    private static final String ENTRIES = "/api/v1/audit/entries";
    private static final int MAX_PAGE = 1000;

    @Command(name = "list", description = "Lists entries, newest first unless --order or --after is given.")
    int list(
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "maximum number of entries (default: ${DEFAULT-VALUE})")
                    int limit,
            @Option(
                            names = "--before",
                            paramLabel = "NUMBER",
                            description = "only entries before the entry with this number")
                    @Nullable
                    Long before,
            @Option(
                            names = "--after",
                            paramLabel = "NUMBER",
                            description = "only entries after the entry with this number, oldest first")
                    @Nullable
                    Long after,
            @Mixin OrderOption order,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        if (limit < 1) {
            throw new CommandFailed("--limit must be at least 1, not " + limit);
        }
        Output form = output.output();
        ManagerApiClient manager = manager();
        String bounds = (before == null ? "" : "&before=" + before) + (after == null ? "" : "&after=" + after);
        ManagerApiClient.Response first = entries(manager, Math.min(MAX_PAGE, limit), bounds + order.parameter());
        // The number of the last entry bounds the next page.
        String next = after != null || order.isOldest() ? "after" : "before";
        JsonNode page = ManagerApiClient.json(first);
        String body = first.body();
        while (page.has("next") && page.path("entries").size() < limit) {
            JsonNode more = ManagerApiClient.json(entries(
                    manager,
                    Math.min(MAX_PAGE, limit - page.path("entries").size()),
                    "&" + next + "=" + page.path("next").asLong()));
            ArrayNode entries = page.withArray("entries");
            more.path("entries").forEach(entries::add);
            ((ObjectNode) page).remove("next");
            if (more.has("next")) {
                ((ObjectNode) page).set("next", more.path("next"));
            }
            body = page.toString();
        }
        form.page(page, body, "entries", AuditText.table(form.context().clock()), "the audit log has no such entry");
        if (page.has("next")) {
            form.context()
                    .err()
                    .println((next.equals("before") ? "earlier" : "later") + " entries: --" + next + " "
                            + page.path("next").asText());
        }
        return ExitCode.DONE.code();
    }

    private static ManagerApiClient.Response entries(ManagerApiClient manager, int size, String parameters)
            throws CommandFailed, InterruptedException {
        return manager.get(ENTRIES + "?limit=" + size + parameters);
    }

    @Command(
            name = "last",
            description = "Shows number and hash of the last entry. Keep it at another place, for --last of verify.")
    int last(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        output.output()
                .item(
                        manager().get("/api/v1/audit/last").body(),
                        (out, head) -> out.println(head.path("number").asText() + ":"
                                + head.path("hash").asText()));
        return ExitCode.DONE.code();
    }

    @Command(
            name = "jobs",
            description = "Lists the actions on jobs as the events of the jobs record them, usually newest first. Who"
                    + " ordered them is in audit list.")
    int jobs(@Mixin OrderOption order, @Mixin OutputOption output) throws CommandFailed, InterruptedException {
        output.output()
                .list(
                        manager(),
                        "/api/v1/audit?limit=" + MAX_PAGE + order.parameter(),
                        "audit",
                        ListTables.jobEvents(AdmContext.of(spec).clock()),
                        "no actions on jobs are recorded");
        return ExitCode.DONE.code();
    }

    @Command(
            name = "export",
            description = {
                "Writes the whole log to a file, one entry in each line, and verifies it.",
                "Keep the printed last entry at another place: with --last, verify then finds a removed end too."
            })
    int export(
            @Option(
                            names = {"-o", "--file"},
                            required = true,
                            paramLabel = "FILE",
                            description = "file to write; an existing file is replaced")
                    Path file)
            throws CommandFailed, InterruptedException {
        Optional<String> last = manager().download("/api/v1/audit/export", file).apply("Rebalancer-Audit-Last");
        AdmContext.of(spec).out().println("wrote the audit log to " + file);
        return verified(file, last.flatMap(AuditHead::parse));
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
                    spec.subcommands().get("verify"),
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
                    spec.subcommands().get("verify"),
                    "the exported log " + file + " can't be read (" + FileFault.reason(e) + ")");
        }
        if (verdict.finding().isPresent()) {
            AuditFinding finding = verdict.finding().get();
            AdmContext.of(spec)
                    .err()
                    .println("NOT INTACT: " + file + ": " + finding.kind() + " at entry " + finding.number() + ": "
                            + finding.detail());
            return ExitCode.FAILURE.code();
        }
        PrintWriter out = AdmContext.of(spec).out();
        out.println("INTACT: " + verdict.last().number() + " entries; last "
                + verdict.last().text());
        if (expected.isEmpty()) {
            out.println("Whether later entries were removed is not known: give an entry that you kept with --last.");
        }
        return ExitCode.DONE.code();
    }
}
