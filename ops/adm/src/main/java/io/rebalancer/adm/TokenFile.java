package io.rebalancer.adm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;

/**
 * The file with the token of the manager's API. Its first line that is no comment is the token. A token is never an
 * argument: every user of a machine can see the arguments of its processes.
 */
final class TokenFile {

    private TokenFile() {}

    /**
     * Reads the token.
     *
     * @param origin where the file is named, such as {@code --token-file}
     */
    static String read(Path file, String origin) throws CommandFailed {
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            if (view != null && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ)) {
                throw new CommandFailed(
                        "The token file " + file + " can be read by every user of this machine; chmod 600 " + file
                                + ", and replace the token if others may have read it");
            }
            String token = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .findFirst()
                    .orElseThrow(() ->
                            new CommandFailed("The token file " + file + " contains no token; write it in one line"));
            if (!token.chars().allMatch(each -> each > ' ' && each < 127)) {
                throw new CommandFailed("The token in " + file
                        + " contains a character that a header can't carry; it has letters and digits only");
            }
            return token;
        } catch (IOException e) {
            throw new CommandFailed("The token file " + file + " can't be read (" + FileFault.reason(e) + "); set "
                    + origin + " to a file that you may read");
        }
    }
}
