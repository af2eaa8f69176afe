package io.rebalancer.manager.node;

import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.cluster.settings.CertificateSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.manager.certificate.CertificateKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rebalancer rotate-certificate-key}: replaces the key that a manager signs certificates with. */
@Command(
        name = "rotate-certificate-key",
        description = {
            "Replaces the key that a manager signs the certificates of drained storage nodes with. Run it as the user of the"
                    + " manager, on its machine. A running manager uses the new key at once.",
            "The manager still serves the earlier public keys, so certificates that were signed with them stay valid."
        },
        mixinStandardHelpOptions = true)
public final class RotateKeyCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "settings file of the manager, in HOCON")
    private Path config = Path.of("");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        CommandLines.runAndExit(new RotateKeyCommand(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Path directory = CertificateSettings.from(SettingsFile.load(config)).keyDirectory();
        VerificationKey created = CertificateKeys.in(directory).rotate();
        PrintWriter out = spec.commandLine().getOut();
        out.println("certificates are now signed with the key " + created.id() + " in " + directory.toAbsolutePath());
        return 0;
    }
}
