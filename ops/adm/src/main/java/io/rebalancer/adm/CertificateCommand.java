package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.certificate.Certificate;
import io.rebalancer.core.certificate.CertificateVerifier;
import io.rebalancer.core.certificate.InvalidCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.evacuate.ShardEvidence;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for certificates of drained storage nodes. {@code verify} needs no manager. */
@Command(
        name = "certificate",
        addMethodSubcommands = false,
        description = "Gets the certificates of drained storage nodes, and verifies them.")
final class CertificateCommand extends ManagerCommand {
    @Command(
            name = "get",
            description = "Gets the certificate of a drained storage node, signed now. Without --file it is printed.")
    int get(
            @Parameters(paramLabel = "<node>", description = "storage id of the node") String node,
            @Option(
                            names = {"-o", "--file"},
                            paramLabel = "FILE",
                            description = "file to write; an existing file is replaced")
                    @Nullable
                    Path target)
            throws CommandFailed, InterruptedException {
        String path = "/api/v1/storage-nodes/" + ManagerApiClient.segment(node) + "/certificate";
        String file = manager().get(path).body();
        PrintWriter out = AdmContext.of(spec).out();
        if (target == null) {
            // No line end: with one, the text would not be the certificate file any more.
            out.print(file);
            out.flush();
            return ExitCode.DONE.code();
        }
        try {
            Files.writeString(target, file);
        } catch (IOException e) {
            throw new CommandFailed("The certificate can't be written to " + target + " (" + FileFault.reason(e)
                    + "); set --file to a file that you may write");
        }
        out.println("wrote the certificate of " + node + " to " + target);
        return ExitCode.DONE.code();
    }

    @Command(
            name = "keys",
            description =
                    "Prints the public keys of a manager, for --key of verify. Keep them where only you can change"
                            + " them: who can replace the key can replace the certificate.")
    int keys(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        Output form = output.output();
        ManagerApiClient.Response found = manager().get("/api/v1/certificate-keys");
        if (form.format() == OutputFormat.JSONL) {
            ManagerApiClient.json(found).path("keys").forEach(form.context().out()::println);
        } else {
            form.item(found.body(), CertificateCommand::printKeys);
        }
        return ExitCode.DONE.code();
    }

    private static void printKeys(PrintWriter out, JsonNode list) {
        for (JsonNode key : list.path("keys")) {
            out.println("# " + key.path("keyId").asText() + (key.path("current").asBoolean() ? ", signs now" : ""));
            out.print(key.path("publicKey").asText());
        }
    }

    @Command(
            name = "verify",
            description = {
                "Verifies every byte of a certificate file, without a manager.",
                "Exit codes: 0 if the certificate is valid, 1 if it is not, 2 if a file can't be read or the command line is"
                        + " wrong."
            })
    int verify(
            @Parameters(paramLabel = "<file>", description = "certificate file") Path file,
            @Option(
                            names = {"-k", "--key"},
                            required = true,
                            paramLabel = "<keyfile>",
                            description = "file with one or more public keys that you trust, in PEM form")
                    Path keyFile) {
        byte[] bytes = read("certificate", file);
        List<VerificationKey> keys = keys(keyFile);
        PrintWriter out = AdmContext.of(spec).out();
        try {
            print(out, CertificateVerifier.verify(bytes, keys));
            return ExitCode.DONE.code();
        } catch (InvalidCertificate e) {
            AdmContext.of(spec).err().println("NOT VALID: " + file + ": " + e.getMessage());
            return ExitCode.FAILURE.code();
        }
    }

    @Command(
            name = "check",
            description = {
                "Reads the metadata shards again and reports whether a record names the drained node now.",
                "Exits with 0 if no row was found, with 1 if the check refuses or fails, with 4 if the result is not known."
            })
    int check(
            @Parameters(paramLabel = "<node>", description = "storage id of the node") String node,
            @Option(
                            names = "--all",
                            description =
                                    "reads all rows, which takes as long as the verification of the job; otherwise"
                                            + " only those that were inserted since")
                    boolean all,
            @Option(
                            names = WaitOptions.TIMEOUT,
                            paramLabel = "DURATION",
                            defaultValue = "10m",
                            converter = DurationConverter.class,
                            description = "how long to wait for the result (default: ${DEFAULT-VALUE}); the check"
                                    + " continues also after that time")
                    Duration timeout,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        Output form = output.output();
        JsonNode check = new CertificateCheckOrder(manager(), node, all, form.context()).await(timeout);
        form.item(check, CertificateCheckOrder::print);
        return CertificateCheckOrder.exitCode(check).code();
    }

    private List<VerificationKey> keys(Path file) {
        try {
            return VerificationKey.parseAll(new String(read("key", file), StandardCharsets.ISO_8859_1));
        } catch (InvalidCertificate e) {
            throw new CommandLine.ParameterException(
                    spec.subcommands().get("verify"), "the key file " + file + " can't be used: " + e.getMessage());
        }
    }

    private byte[] read(String what, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CommandLine.ParameterException(
                    spec.subcommands().get("verify"),
                    "the " + what + " file " + file + " can't be read (" + FileFault.reason(e) + ")");
        }
    }

    private static void print(PrintWriter out, Certificate certificate) {
        out.println("VALID: " + certificate.node() + " (" + certificate.datacenter()
                + ") held no live record when it was" + " verified at " + certificate.verifiedAt());
        out.println("job " + certificate.jobId() + ", epoch " + certificate.epoch() + "; " + certificate.exceptions()
                + " exceptions, " + certificate.exclusions() + " exclusions");
        out.println("issued at " + certificate.issuedAt() + " by " + certificate.issuer() + ", signed with key "
                + certificate.keyId());
        out.println(certificate.rowsRead() + " rows of " + certificate.shards().size() + " shards were read:");
        for (ShardEvidence shard : certificate.shards()) {
            out.println("  shard " + shard.shard() + ": " + shard.rows().read() + " rows through " + shard.source()
                    + " up to id " + shard.after().highestId() + " and idx "
                    + shard.after().highestIdx() + ", until " + shard.finishedAt());
        }
        out.println("Rows of later times are not covered: check that the node is still DRAINED before you wipe it.");
    }
}
