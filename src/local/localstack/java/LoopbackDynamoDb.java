import java.lang.instrument.Instrumentation;
import java.util.Arrays;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * Runs DynamoDB Local on the loopback interface. It listens on every interface otherwise, and has no option to change that.
 *
 * <p>LocalStack starts it by a command line that also names an agent, which removes a limit of DynamoDB Local that does not
 * matter here. This class is that agent as well, and changes nothing.
 */
public final class LoopbackDynamoDb {
  private LoopbackDynamoDb() {}

  public static void main(String[] arguments) throws Exception {
    var dynamoDb = ServerRunner.createServerFromCommandLineArgs(arguments);
    var field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    var jetty = (Server) field.get(dynamoDb);
    Arrays.stream(jetty.getConnectors()).map(ServerConnector.class::cast).forEach(each -> each.setHost("127.0.0.1"));
    dynamoDb.start();
    dynamoDb.join();
  }

  public static void premain(String arguments, Instrumentation instrumentation) {}
}
