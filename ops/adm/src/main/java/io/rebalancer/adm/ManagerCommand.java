package io.rebalancer.adm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command whose subcommands call a manager. */
abstract class ManagerCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--url",
            scope = CommandLine.ScopeType.INHERIT,
            defaultValue = "${env:REBALANCER_URL:-http://localhost:8080}",
            paramLabel = "URL",
            description = "base URL of a manager (default: ${DEFAULT-VALUE}); the environment variable"
                    + " REBALANCER_URL sets the default")
    private URI url = URI.create("");

    @Option(
            names = "--token-file",
            scope = CommandLine.ScopeType.INHERIT,
            defaultValue = "${env:REBALANCER_TOKEN_FILE:-}",
            paramLabel = "FILE",
            description = "file whose first line that is no comment is the token of the manager's API, if the API needs"
                    + " one; the environment variable REBALANCER_TOKEN_FILE sets the default")
    private String tokenFile = "";

    /** The manager at the given address, with the token in the given file. */
    ManagerApiClient manager() throws CommandFailed {
        return new ManagerApiClient(
                url, tokenFile.isEmpty() ? Optional.empty() : Optional.of(token(Path.of(tokenFile))));
    }

    private static String token(Path file) throws CommandFailed {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .findFirst()
                    .orElseThrow(() -> new CommandFailed("The token file " + file + " contains no token"));
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailed("The token file " + file + " can't be read (" + e
                    + "); set --token-file to a file that you may read");
        }
    }

    @Override
    public void run() {
        throw new LegacyUsage.SubcommandMissing(spec.commandLine());
    }
}
