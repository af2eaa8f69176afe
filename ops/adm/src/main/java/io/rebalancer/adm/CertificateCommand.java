package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.certificate.Certificate;
import io.rebalancer.core.certificate.CertificateVerifier;
import io.rebalancer.core.certificate.InvalidCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.evacuate.ShardEvidence;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for certificates of drained storage nodes. {@code verify} needs no manager. */
@Command(
        name = "certificate",
        mixinStandardHelpOptions = true,
        description = "Gets the certificates of drained storage nodes, and verifies them.")
final class CertificateCommand extends ManagerCommand {
    /** Exit code of a usage error, so that scripts can distinguish it from a certificate that is not valid. */
    static final int USAGE = 2;

    @Command(
            name = "get",
            description = "Gets the certificate of a drained storage node, signed now. Without --output it is printed.")
    int get(
            @Parameters(paramLabel = "<node>", description = "storage id of the node") String node,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "FILE",
                            description = "file to write; an existing file is replaced")
                    @Nullable
                    Path output)
            throws CommandFailed, InterruptedException {
        String path = "/api/v1/storage-nodes/" + URLEncoder.encode(node, StandardCharsets.UTF_8) + "/certificate";
        String file = manager().get(path).body();
        PrintWriter out = spec.commandLine().getOut();
        if (output == null) {
            // No line end: with one, the text would not be the certificate file any more.
            out.print(file);
            out.flush();
            return 0;
        }
        try {
            Files.writeString(output, file);
        } catch (IOException e) {
            throw new CommandFailed("The certificate can't be written to " + output + " (" + e
                    + "); set --output to a file that you may write");
        }
        out.println("wrote the certificate of " + node + " to " + output);
        return 0;
    }

    @Command(
            name = "keys",
            description =
                    "Prints the public keys of a manager, for --key of verify. Keep them where only you can change"
                            + " them: who can replace the key can replace the certificate.")
    int keys() throws CommandFailed, InterruptedException {
        JsonNode list = ManagerApiClient.json(manager().get("/api/v1/certificate-keys"));
        PrintWriter out = spec.commandLine().getOut();
        for (JsonNode key : list.path("keys")) {
            out.println("# " + key.path("keyId").asText() + (key.path("current").asBoolean() ? ", signs now" : ""));
            out.print(key.path("publicKey").asText());
        }
        out.flush();
        return 0;
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
        PrintWriter out = spec.commandLine().getOut();
        try {
            print(out, CertificateVerifier.verify(bytes, keys));
            return 0;
        } catch (InvalidCertificate e) {
            spec.commandLine().getErr().println("NOT VALID: " + file + ": " + e.getMessage());
            return 1;
        }
    }

    @Command(
            name = "check",
            description = {
                "Reads the metadata shards again and reports whether a record names the drained node now.",
                "Exit codes: 0 if no row was found, 1 if the check refuses or fails, 2 if the command line is wrong, 3 if the"
                        + " result is not known."
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
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = "600",
                            description = "how long to wait for the result (default: ${DEFAULT-VALUE}); the check"
                                    + " continues also after that time")
                    int seconds)
            throws CommandFailed, InterruptedException {
        CertificateCheckOrder order = new CertificateCheckOrder(manager(), node, all);
        return CertificateCheckOrder.print(spec.commandLine().getOut(), order.await(Duration.ofSeconds(seconds)));
    }

    private List<VerificationKey> keys(Path file) {
        try {
            return VerificationKey.parseAll(new String(read("key", file), StandardCharsets.ISO_8859_1));
        } catch (InvalidCertificate e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "the key file " + file + " can't be used: " + e.getMessage());
        }
    }

    private byte[] read(String what, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "the " + what + " file " + file + " can't be read (" + e + ")");
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
