//! Variables, placeholders and samples.

use super::check;

#[test]
fn tables_and_lists() {
    check(
        "| Variable | Default | Required |\n|---|---|---|\n| `APP_PORT` | `8080` | no |\n| `APP_TOKEN` | | yes |\n",
        "3 param APP_PORT; = 8080; not required\n4 param APP_TOKEN; required; secret",
    );
    check(
        "- [ ] `QUEUE_URL` (required)\n- [ ] `LOG_LEVEL=info`\n",
        "1 param QUEUE_URL; required\n2 param LOG_LEVEL; = info",
    );
    check("**Environments**: `dev`, `live`.\n", "1 param environment; = dev, live; choice");
}

#[test]
fn code_blocks() {
    check(
        "```bash\nexport REGION=eu-1\nPORT=81 ./serve\ncurl \"$API_URL/x\" -H \"Bearer $API_TOKEN\"\nSTAMP=$(date)\necho $STAMP $HOME\n```\n",
        "2 param REGION; = eu-1; environment variable\n3 param PORT; = 81; environment variable\n4 param API_URL; shell variable\n4 param API_TOKEN; shell variable; secret",
    );
    check("```env\nCACHE_TTL=60\n```\n", "2 param CACHE_TTL; = 60; environment variable");
}

#[test]
fn placeholders() {
    check(
        "```bash\nkubectl logs <pod-name> -n <pod-name>\ndocker pull app:v2.x.x\ncurl https://api.example.org/x\naws s3 ls your-bucket\n```\n",
        "2 param pod-name; placeholder\n3 param v2.x.x; version placeholder\n4 param api.example.org; host placeholder\n5 param your-bucket; placeholder",
    );
    check(
        "```bash\ncurl -d '{\"login\":\"qa\",\"order_id\":\"xxx\",\"kind\":\"b\"}' /x\npsql -U user -h host\n```\n",
        "2 param login; = qa; sample credential in a request body\n2 param order_id; = xxx; placeholder in a request body\n3 param user; placeholder\n3 param host; placeholder",
    );
}

#[test]
fn said_without_a_name() {
    check(
        "Check the required env vars (mail host, queue name).\n",
        "1 param mail host; required\n1 param queue name; required",
    );
    check("Keep signing keys and tokens in a vault.\n", "");
    check(
        "Keep signing keys, mail passwords and tokens in a vault.\n",
        "1 param signing keys; secret; secret\n1 param mail passwords; secret; secret\n1 param tokens; secret; secret",
    );
}

#[test]
fn no_parameters() {
    check("It returns `ERR_TIMEOUT`, `GET`, `OK`.\n", "");
    check("```bash\ndocker ps --format '{{.Names}}'\nfor POD in a b; do echo $POD; done\n```\n", "");
}
