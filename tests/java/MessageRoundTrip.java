import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Kafka's own message classes, driven line by line: `class version written hex` reads the bytes at one version and
 * answers with what Kafka writes at another. An empty message (`-`) is the one with Kafka's defaults.
 *
 * <p>Answers: `ok hex`, `unsupported text` when the version cannot carry a field, `error text` for all else.
 */
public final class MessageRoundTrip {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        PrintStream out = new PrintStream(System.out, true);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(line.split(" ", -1)));
        }
    }

    private static String answer(String[] words) {
        try {
            Message message = (Message) Class.forName(words[0]).getDeclaredConstructor().newInstance();
            if (!words[3].equals("-")) {
                read(message, Short.parseShort(words[1]), HexFormat.of().parseHex(words[3]));
            }
            ByteBufferAccessor written = MessageUtil.toByteBufferAccessor(message, Short.parseShort(words[2]));
            byte[] bytes = new byte[written.buffer().remaining()];
            written.buffer().get(bytes);
            return "ok " + HexFormat.of().formatHex(bytes);
        } catch (UnsupportedVersionException e) {
            return "unsupported " + e.getMessage();
        } catch (Exception e) {
            return "error " + e;
        }
    }

    private static void read(Message message, short version, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        message.read(new ByteBufferAccessor(buffer), version);
        if (buffer.hasRemaining()) {
            throw new IllegalStateException(buffer.remaining() + " bytes left over");
        }
    }
}
