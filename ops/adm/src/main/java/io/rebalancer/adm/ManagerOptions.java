package io.rebalancer.adm;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of commands that call a manager. */
abstract class ManagerOptions {
    /** Set by {@code bin/rebalancer-adm}, whose default is that of the legacy tool. */
    static final String DEFAULT_URL_VARIABLE = "REBALANCER_DEFAULT_URL";

    private static final String DEFAULT_URL = "http://localhost:8080";

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--url",
            scope = CommandLine.ScopeType.INHERIT,
            paramLabel = "URL",
            description = "base URL of a manager. Repeat it, or separate addresses with commas: the next one is tried"
                    + " if a manager can't be reached (default: REBALANCER_URL, else url in adm.conf, else"
                    + " " + DEFAULT_URL + ", or port 80 as rebalancer-adm)")
    private List<String> urls = new ArrayList<>();

    @Option(
            names = "--token-file",
            scope = CommandLine.ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "file whose first line that is no comment is the token of the manager's API (default:"
                    + " REBALANCER_TOKEN_FILE, else token-file in adm.conf)")
    private String tokenFile = "";

    @Option(
            names = "--ca-file",
            scope = CommandLine.ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "PEM file with the certificates of the authorities that managers with https addresses are"
                    + " trusted by (default: REBALANCER_CA_FILE, else ca-file in adm.conf, else those of Java)")
    private String authorityFile = "";

    /** The managers at the given addresses, with the token in the given file. */
    ManagerApiClient manager() throws CommandFailed {
        AdmContext context = AdmContext.of(spec);
        AdmSettings settings = AdmSettings.read(context);
        Optional<AdmSettings.Setting> file = chosen(settings, "token-file", tokenFile);
        Optional<String> token = file.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        TokenFile.read(Path.of(file.get().value()), file.get().origin()));
        Optional<AdmSettings.Setting> authorities = chosen(settings, "ca-file", authorityFile);
        Optional<SSLContext> trust = authorities.isEmpty()
                ? Optional.empty()
                : Optional.of(AuthorityFile.read(
                        Path.of(authorities.get().value()), authorities.get().origin()));
        return new ManagerApiClient(new ManagerConnections(addresses(context, settings), trust), token);
    }

    private static Optional<AdmSettings.Setting> chosen(AdmSettings settings, String key, String option) {
        return option.isEmpty() ? settings.find(key) : Optional.of(new AdmSettings.Setting(option, "--" + key));
    }

    private List<URI> addresses(AdmContext context, AdmSettings settings) throws CommandFailed {
        if (!urls.isEmpty()) {
            return ManagerAddresses.parse(urls, "--url");
        }
        AdmSettings.Setting set = settings.find("url")
                .orElseGet(() -> new AdmSettings.Setting(
                        context.variable(DEFAULT_URL_VARIABLE).orElse(DEFAULT_URL), "--url"));
        return ManagerAddresses.parse(List.of(set.value()), set.origin());
    }
}
