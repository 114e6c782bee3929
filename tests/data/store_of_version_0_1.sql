BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'spotcheck','m001_people_and_rubrics','2026-11-29 16:03:58.390074+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'spotcheck','m002_conversations_and_imports','2026-11-29 16:03:58.405803+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'spotcheck','m003_weeks_and_draws','2026-11-29 16:03:58.418185+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'spotcheck','m004_annotations','2026-11-29 16:03:58.445841+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'spotcheck','m005_settled_and_golden','2026-11-29 16:03:58.528086+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'spotcheck','m006_verdicts','2026-11-29 16:03:58.538859+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'spotcheck','m007_judges_that_run','2026-11-29 16:03:58.550721+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'spotcheck','m008_flags_name_the_span_they_hide','2026-11-29 16:03:58.615190+00:00');
CREATE TABLE "adjudications" (
   "id" TEXT PRIMARY KEY,
   "item_id" TEXT NOT NULL REFERENCES "items"("id"),
   "rubric_version" INTEGER NOT NULL,
   "labels" TEXT NOT NULL,
   "rationale" TEXT NOT NULL,
   "adjudicator" TEXT NOT NULL REFERENCES "raters"("id"),
   "at" TEXT NOT NULL,
   "reason" TEXT NOT NULL,
   "corrected_answer" TEXT NOT NULL,
   "reference_sql" TEXT NOT NULL,
   "seen" TEXT NOT NULL,
   "supersedes" TEXT
) STRICT;
INSERT INTO "adjudications" VALUES('9668c999aa5c4b59bca37d69b97ebcfc','d1',1,'{"correctness":"wrong","reasons":["wrong_fact"],"intent":"order_status","politeness":"neutral"}','the date is wrong','eva','2026-11-29T16:03:59.237+00:00','slip','It arrives on Monday.','SELECT a FROM t','["7c2386d92794469fb948ea3657b73afa","a841df1b91bc4a6f8c6f0b63a760314f"]',NULL);
CREATE TABLE "annotations" (
   "submission_id" TEXT PRIMARY KEY,
   "assignment_id" TEXT NOT NULL REFERENCES "assignments"("id"),
   "item_id" TEXT NOT NULL REFERENCES "items"("id"),
   "rater_id" TEXT NOT NULL REFERENCES "raters"("id"),
   "rubric_version" INTEGER NOT NULL,
   "labels" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "comment" TEXT NOT NULL,
   "corrected_answer" TEXT NOT NULL,
   "seconds" REAL,
   "supersedes" TEXT,
   "revealed" INTEGER NOT NULL,
   "late" INTEGER NOT NULL
) STRICT;
INSERT INTO "annotations" VALUES('b8bf80f7d789456bbf6681052ec016eb','ead0794e346744de909d679f75af5dd5','u1','ana',1,'{"correctness":"correct","intent":"order_status","politeness":"friendly"}','2026-11-29T16:03:58.772+00:00','','',NULL,NULL,0,0);
INSERT INTO "annotations" VALUES('ce7b40eb0c004175bdc863460d8ccf87','aa8dc6b1710c4920a58d6e01a5db7571','u1','ben',1,'{"correctness":"correct","intent":"order_status","politeness":"friendly"}','2026-11-29T16:03:58.800+00:00','','',NULL,NULL,0,0);
INSERT INTO "annotations" VALUES('eb16ffee18ef4da9b2bb50ad22b58eca','ef8efde1b1b4437abf938ed2468204f1','u2','ana',1,'{"correctness":"wrong","reasons":["wrong_fact"],"intent":"order_status","politeness":"neutral"}','2026-11-29T16:03:58.812+00:00','','',NULL,NULL,0,0);
INSERT INTO "annotations" VALUES('e4d13c34375f401486ea577711612d6e','9de13e86cb7d439c9d81e2cb82bfda42','u2','ben',1,'{"correctness":"wrong","reasons":["wrong_fact"],"intent":"order_status","politeness":"neutral"}','2026-11-29T16:03:58.829+00:00','','',NULL,NULL,0,0);
INSERT INTO "annotations" VALUES('7c2386d92794469fb948ea3657b73afa','ecc50a15dfcd4d1b92d27fe5420ca342','d1','ana',1,'{"correctness":"correct","intent":"order_status","politeness":"friendly"}','2026-11-29T16:03:58.847+00:00','','',NULL,NULL,0,0);
INSERT INTO "annotations" VALUES('a841df1b91bc4a6f8c6f0b63a760314f','b4e1dd6b1d2e4eaa9f860871772bf425','d1','ben',1,'{"correctness":"wrong","reasons":["wrong_fact"],"intent":"order_status","politeness":"neutral"}','2026-11-29T16:03:58.855+00:00','','',NULL,NULL,0,0);
INSERT INTO "annotations" VALUES('3035b48ffd2545c8bf5b2d8fd4c7eae0','f8f0ff5e6d164b0fac444c7b89f1b1c4','h1','ana',1,'{"correctness":"correct","intent":"order_status","politeness":"friendly"}','2026-11-29T16:03:58.875+00:00','','',NULL,NULL,0,0);
INSERT INTO "annotations" VALUES('5dfa3f69d972456c9db38d1d0a82ffd4','da46b4588e1a4ee08e329af0d8e52f48','h1','ben',1,'{"correctness":"correct","intent":"order_status","politeness":"friendly"}','2026-11-29T16:03:58.888+00:00','','',NULL,NULL,0,0);
INSERT INTO "annotations" VALUES('bfe0af7258e649ed98640da4ee08a351','975faf81e28c45b88409a1409fc8a496','s1','ana',1,'{"correctness":"correct","intent":"order_status","politeness":"friendly"}','2026-11-29T16:03:58.891+00:00','','',NULL,NULL,0,0);
CREATE TABLE "assignments" (
   "id" TEXT PRIMARY KEY,
   "item_id" TEXT NOT NULL REFERENCES "items"("id"),
   "rater_id" TEXT NOT NULL REFERENCES "raters"("id"),
   "week" TEXT NOT NULL,
   "position" INTEGER NOT NULL,
   "rubric_version" INTEGER NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL
) STRICT;
INSERT INTO "assignments" VALUES('ead0794e346744de909d679f75af5dd5','u1','ana','2026-W47',1,1,'2026-11-29T16:03:58.767+00:00','lea');
INSERT INTO "assignments" VALUES('aa8dc6b1710c4920a58d6e01a5db7571','u1','ben','2026-W47',1,1,'2026-11-29T16:03:58.794+00:00','lea');
INSERT INTO "assignments" VALUES('ef8efde1b1b4437abf938ed2468204f1','u2','ana','2026-W47',1,1,'2026-11-29T16:03:58.809+00:00','lea');
INSERT INTO "assignments" VALUES('9de13e86cb7d439c9d81e2cb82bfda42','u2','ben','2026-W47',1,1,'2026-11-29T16:03:58.822+00:00','lea');
INSERT INTO "assignments" VALUES('ecc50a15dfcd4d1b92d27fe5420ca342','d1','ana','2026-W47',1,1,'2026-11-29T16:03:58.845+00:00','lea');
INSERT INTO "assignments" VALUES('b4e1dd6b1d2e4eaa9f860871772bf425','d1','ben','2026-W47',1,1,'2026-11-29T16:03:58.853+00:00','lea');
INSERT INTO "assignments" VALUES('f8f0ff5e6d164b0fac444c7b89f1b1c4','h1','ana','2026-W47',1,1,'2026-11-29T16:03:58.869+00:00','lea');
INSERT INTO "assignments" VALUES('da46b4588e1a4ee08e329af0d8e52f48','h1','ben','2026-W47',1,1,'2026-11-29T16:03:58.884+00:00','lea');
INSERT INTO "assignments" VALUES('975faf81e28c45b88409a1409fc8a496','s1','ana','2026-W47',1,1,'2026-11-29T16:03:58.890+00:00','lea');
CREATE TABLE "audit" (
   "sequence" INTEGER PRIMARY KEY,
   "at" TEXT NOT NULL,
   "actor" TEXT NOT NULL,
   "action" TEXT NOT NULL,
   "subject" TEXT NOT NULL,
   "detail" TEXT NOT NULL,
   "previous" TEXT NOT NULL,
   "hash" TEXT NOT NULL
) STRICT;
INSERT INTO "audit" VALUES(1,'2026-11-29T16:03:58.631+00:00','test','role','ana','{"role":"annotator","scope":"","given":"d5bbed50fe144a1389eec39e73410a0b","content":"3d7b0900e29079b68e1b2c21c9ad78fa712855b1b132ccd4c62a5d87c70ebac5"}','0000000000000000000000000000000000000000000000000000000000000000','59f687727a69b9907389b6eb973fbd3b575c894ff839a033b0c94d7653d98a8d');
INSERT INTO "audit" VALUES(2,'2026-11-29T16:03:58.644+00:00','test','role','ben','{"role":"annotator","scope":"","given":"0f9932db194c4b9d8eeb58f1ff433410","content":"417c1b8e73000fce67f64d74d80bb3c24735210f3e9a83be0151e92fad56bd43"}','59f687727a69b9907389b6eb973fbd3b575c894ff839a033b0c94d7653d98a8d','c9ceeb63eb14a5cbe982ed2becb1cb726d0d8ac57b73097eadafb4c322b7ffd3');
INSERT INTO "audit" VALUES(3,'2026-11-29T16:03:58.656+00:00','test','role','eva','{"role":"adjudicator","scope":"","given":"e3c4b01f57674230a82fb3ef1540816c","content":"7815d8ff67878fea50863eb1fbc9607be2c19ee3207251d384c2bbb988587b60"}','c9ceeb63eb14a5cbe982ed2becb1cb726d0d8ac57b73097eadafb4c322b7ffd3','3ac8d376de84c132c11c6ac97053005868e4031b6fd3adf080e337c58ef66954');
INSERT INTO "audit" VALUES(4,'2026-11-29T16:03:58.660+00:00','test','role','lea','{"role":"lead","scope":"","given":"9d5082927aa3478384ee830673b181de","content":"0f94f741faa7e216f9f1245a514c16a0d57ccb1d70a762199f2f0ad5b90168fc"}','3ac8d376de84c132c11c6ac97053005868e4031b6fd3adf080e337c58ef66954','84c88ac1de1c461f639bc0c0f05e829315cd2977644b2662760d0fe590bbb542');
INSERT INTO "audit" VALUES(5,'2026-11-29T16:03:58.773+00:00','ana','annotation','ead0794e346744de909d679f75af5dd5','{"submission":"b8bf80f7d789456bbf6681052ec016eb","content":"ea95f54bbd7d8e4f95f26538b0c473611dfe2f04c904a1454ddde4264942391a"}','84c88ac1de1c461f639bc0c0f05e829315cd2977644b2662760d0fe590bbb542','033fc07923ac94f0b70c5592d7d14ff442f7904dd45cd1d6457bb0ec4abe7300');
INSERT INTO "audit" VALUES(6,'2026-11-29T16:03:58.800+00:00','ben','annotation','aa8dc6b1710c4920a58d6e01a5db7571','{"submission":"ce7b40eb0c004175bdc863460d8ccf87","content":"60f0818c3adb2c94c7741078242c45d831fdc39c0f9162d46638dc489c00d598"}','033fc07923ac94f0b70c5592d7d14ff442f7904dd45cd1d6457bb0ec4abe7300','81643c6024e65e7404ee5ea1070ba1a3de31810fb2862c4556106767ce38daca');
INSERT INTO "audit" VALUES(7,'2026-11-29T16:03:58.812+00:00','ana','annotation','ef8efde1b1b4437abf938ed2468204f1','{"submission":"eb16ffee18ef4da9b2bb50ad22b58eca","content":"3f446cd4fff8f3af24554040194748d0684778e5969c6454355cf17ac89ad89c"}','81643c6024e65e7404ee5ea1070ba1a3de31810fb2862c4556106767ce38daca','0386ea8d98641804e06a9116ea95e8c3650f2bd6b5da14016595ba6835af8ed3');
INSERT INTO "audit" VALUES(8,'2026-11-29T16:03:58.829+00:00','ben','annotation','9de13e86cb7d439c9d81e2cb82bfda42','{"submission":"e4d13c34375f401486ea577711612d6e","content":"2143d7c0e451789b0731977f9605a72480c834b47a3ecdf05afe403a53d346b9"}','0386ea8d98641804e06a9116ea95e8c3650f2bd6b5da14016595ba6835af8ed3','6c562704257dcca3c99d8017d0c35a642208241ce6aaaa708ab9e8c60dd17f35');
INSERT INTO "audit" VALUES(9,'2026-11-29T16:03:58.847+00:00','ana','annotation','ecc50a15dfcd4d1b92d27fe5420ca342','{"submission":"7c2386d92794469fb948ea3657b73afa","content":"25fc5d0c710d39bb6845d6b46fc284b216795a7472d8378a94c7397edfc28a8e"}','6c562704257dcca3c99d8017d0c35a642208241ce6aaaa708ab9e8c60dd17f35','5cd13b24dbc4bc3c69c53526073e443235e66c30861d84fd7dfcb009fc2fcb51');
INSERT INTO "audit" VALUES(10,'2026-11-29T16:03:58.863+00:00','ben','annotation','b4e1dd6b1d2e4eaa9f860871772bf425','{"submission":"a841df1b91bc4a6f8c6f0b63a760314f","content":"67af7950ea54bad3638e01e1f41e3f89383dd379c5e42c15f69dca4090040028"}','5cd13b24dbc4bc3c69c53526073e443235e66c30861d84fd7dfcb009fc2fcb51','267a947352ed3a52809c93df92237433ce404e1cf63727b0a9c77ce44b2e2027');
INSERT INTO "audit" VALUES(11,'2026-11-29T16:03:58.876+00:00','ana','annotation','f8f0ff5e6d164b0fac444c7b89f1b1c4','{"submission":"3035b48ffd2545c8bf5b2d8fd4c7eae0","content":"5f49da3e023a55db0d1340992168a749c28bd1d3ff92d25b3d5181dc0406b319"}','267a947352ed3a52809c93df92237433ce404e1cf63727b0a9c77ce44b2e2027','0a254494914bd0080ccfdf750d80e6ef1a426f064404cbe8f0261117bf9cd0c9');
INSERT INTO "audit" VALUES(12,'2026-11-29T16:03:58.888+00:00','ben','annotation','da46b4588e1a4ee08e329af0d8e52f48','{"submission":"5dfa3f69d972456c9db38d1d0a82ffd4","content":"c3636a79f0675b731fbb838308f94ea31a9eabdb07abef8973cb3f68018c172a"}','0a254494914bd0080ccfdf750d80e6ef1a426f064404cbe8f0261117bf9cd0c9','3a39364f04e83b5d703c93378c16b52fa4ad63f213e9b7c9a872871b64260fa6');
INSERT INTO "audit" VALUES(13,'2026-11-29T16:03:58.892+00:00','ana','annotation','975faf81e28c45b88409a1409fc8a496','{"submission":"bfe0af7258e649ed98640da4ee08a351","content":"19467e16219207dfe004b5f573c9b286f9debe2d7c551d826516a8a283db34ed"}','3a39364f04e83b5d703c93378c16b52fa4ad63f213e9b7c9a872871b64260fa6','03d8e8a4d8bbb7f2ec6a420e246aff7a33368b646c305c1a123b34105054b1eb');
INSERT INTO "audit" VALUES(14,'2026-11-29T16:03:59.068+00:00','eva','approve','ex-4342578c478f','{"version":"6af981451df34423b4b77052ef5ae5a6"}','03d8e8a4d8bbb7f2ec6a420e246aff7a33368b646c305c1a123b34105054b1eb','b6d90e54ae3f80f0ef1297cf26fd4ffde8f63ffc8c3f7a0091f004703edf7afc');
INSERT INTO "audit" VALUES(15,'2026-11-29T16:03:59.227+00:00','eva','approve','ex-bb308c51211c','{"version":"9a9e430a7617471b9c4b77a3563ba819"}','b6d90e54ae3f80f0ef1297cf26fd4ffde8f63ffc8c3f7a0091f004703edf7afc','5f26e578bc6a06786b64915bd255ef9686255cdc21f2891c0c597221335912d4');
INSERT INTO "audit" VALUES(16,'2026-11-29T16:03:59.238+00:00','eva','adjudicate','d1','{"adjudication":"9668c999aa5c4b59bca37d69b97ebcfc","content":"73f03301025f5197a57107848d556b805b33b241ffc767b56714b56ef596d4ea"}','5f26e578bc6a06786b64915bd255ef9686255cdc21f2891c0c597221335912d4','dd4b5d23b8bf97b36c15ddd2c9034494086b5b18f250c82114421965507e8d1c');
INSERT INTO "audit" VALUES(17,'2026-11-29T16:03:59.250+00:00','lea','approve','ex-15943589cfef','{"version":"81781958149a48d0aec9c98f98ce7a13"}','dd4b5d23b8bf97b36c15ddd2c9034494086b5b18f250c82114421965507e8d1c','7327c0c8da44ca8ccdadd8d5b32c521bd234da5345da25113f6b794c366d475e');
INSERT INTO "audit" VALUES(18,'2026-11-29T16:03:59.288+00:00','lea','approve','ex-87769d82a538','{"version":"778957ad8e7d400cb35dfd0681541cb4"}','7327c0c8da44ca8ccdadd8d5b32c521bd234da5345da25113f6b794c366d475e','0b7c5fb7ed191623d47af2926759a0922bf1d4b196695d42f544aeb9fd4f390a');
INSERT INTO "audit" VALUES(19,'2026-11-29T16:03:59.302+00:00','eva','write','ex-948c19123b61','{"version":"98ea6b780f6246038faa686af2d52387"}','0b7c5fb7ed191623d47af2926759a0922bf1d4b196695d42f544aeb9fd4f390a','75a2486b1e26984dd415dab5b6ad80b112f0b0699d66aa3133c15021ec86065c');
INSERT INTO "audit" VALUES(20,'2026-11-29T16:03:59.302+00:00','eva','write','ex-ab3af2cd5093','{"version":"d1b1ca0c949743da850f908de3a70013"}','75a2486b1e26984dd415dab5b6ad80b112f0b0699d66aa3133c15021ec86065c','a5878963832c3aa1629c04ef67f6ff96393b241427c0c4d94de85e92b6ea84d0');
INSERT INTO "audit" VALUES(21,'2026-11-29T16:03:59.326+00:00','eva','release','v1','{"content_hash":"2c6039c1013f49dfdab0d6ab517a12f113cb445c93916132f6afff537e782f03","size":6}','a5878963832c3aa1629c04ef67f6ff96393b241427c0c4d94de85e92b6ea84d0','5b1f1c0eca7e6aa471073675c1489d0c51afdfe86d72476729c76998cf1b8e1b');
INSERT INTO "audit" VALUES(22,'2026-11-29T16:03:59.355+00:00','eva','retire','ex-bb308c51211c','{"version":"08916012868c43c4b10c4b3493072712"}','5b1f1c0eca7e6aa471073675c1489d0c51afdfe86d72476729c76998cf1b8e1b','9c82bf8777a8502187e2c8b9fbd2dab5655a479d5e5d5a803e03f05af17f6120');
INSERT INTO "audit" VALUES(23,'2026-11-29T16:03:59.396+00:00','lea','approve','ex-4342578c478f','{"version":"408e22cfa47649c281f16330213956f1"}','9c82bf8777a8502187e2c8b9fbd2dab5655a479d5e5d5a803e03f05af17f6120','3e1a325e801410a9ea922f3f7652a85b82c417b6f562dde47f20017c5c1691ec');
INSERT INTO "audit" VALUES(24,'2026-11-29T16:03:59.409+00:00','eva','release','v2','{"content_hash":"a2bc3ebadeb812b38d5783dd727bb1e3417c7c50d568f9d503bc9b729a9eddaa","size":5}','3e1a325e801410a9ea922f3f7652a85b82c417b6f562dde47f20017c5c1691ec','90ecef55f402e389b6c55d27d0852134c630ad20075a37c9d52ab824425fcdb9');
INSERT INTO "audit" VALUES(25,'2026-11-29T16:03:59.417+00:00','ana','hide','s1','{"token":"[HIDDEN_1]"}','90ecef55f402e389b6c55d27d0852134c630ad20075a37c9d52ab824425fcdb9','c5f1463df0cd44bebd0cf852897d57565c7c55cd97eecc834762c23792a4a22a');
CREATE TABLE "conversations" (
   "id" TEXT PRIMARY KEY,
   "source" TEXT NOT NULL,
   "source_id" TEXT NOT NULL,
   "created_at" TEXT,
   "week" TEXT NOT NULL,
   "messages" TEXT NOT NULL,
   "context" TEXT NOT NULL,
   "steps" TEXT NOT NULL,
   "sql" TEXT,
   "result" TEXT,
   "status" TEXT NOT NULL,
   "error_type" TEXT,
   "error_message" TEXT,
   "model" TEXT,
   "prompt_version" TEXT,
   "variant" TEXT,
   "user_id" TEXT,
   "session_id" TEXT,
   "feedback" TEXT,
   "scenario" TEXT,
   "language" TEXT,
   "tags" TEXT NOT NULL,
   "metadata" TEXT NOT NULL,
   "verdicts" TEXT NOT NULL,
   "content_hash" TEXT NOT NULL,
   "repair_rounds" INTEGER,
   "repaired" INTEGER,
   "low_confidence" INTEGER,
   "tokens_in" INTEGER,
   "tokens_out" INTEGER,
   "retries" INTEGER,
   "confidence" REAL,
   "latency_ms" REAL,
   "cost" REAL,
   "redacted" INTEGER NOT NULL
, "checks" TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO "conversations" VALUES('u1','production','u1','2026-11-18T10:00:00.000+00:00','2026-W47','[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"},{"role":"user","content":"Where is my order u1?"},{"role":"assistant","content":"Order u1 arrives on Friday."}]','["Order u1: in transit"]','[]','SELECT status, count(*) FROM orders o JOIN users u ON o.user_id = u.id WHERE o.day >= ''2026-11-01'' GROUP BY 1',NULL,'ok',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'orders',NULL,'[]','{}','{}','',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "conversations" VALUES('u2','production','u2','2026-11-18T10:00:00.000+00:00','2026-W47','[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"},{"role":"user","content":"Where is my order u2?"},{"role":"assistant","content":"Order u2 arrives on Friday."}]','["Order u2: in transit"]','[]',NULL,NULL,'ok',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'orders',NULL,'[]','{}','{}','',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "conversations" VALUES('d1','production','d1','2026-11-18T10:00:00.000+00:00','2026-W47','[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"},{"role":"user","content":"Where is my order d1?"},{"role":"assistant","content":"Order d1 arrives on Friday."}]','["Order d1: in transit"]','[]',NULL,NULL,'ok',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'orders',NULL,'[]','{}','{}','',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "conversations" VALUES('s1','production','s1','2026-11-18T10:00:00.000+00:00','2026-W47','[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"},{"role":"user","content":"Where is my order s1?"},{"role":"assistant","content":"Order s1 arrives on Friday."}]','["Order s1: in transit"]','[]',NULL,NULL,'ok',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'orders',NULL,'[]','{}','{}','',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
INSERT INTO "conversations" VALUES('h1','production','h1','2026-11-18T10:00:00.000+00:00','2026-W47','[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"},{"role":"user","content":"Where is my order h1?"},{"role":"assistant","content":"Order h1 arrives on Friday."}]','["Order h1: in transit"]','[]',NULL,NULL,'ok',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'orders',NULL,'[]','{}','{}','',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'{}');
CREATE TABLE "draws" (
   "id" TEXT PRIMARY KEY,
   "week" TEXT NOT NULL REFERENCES "weeks"("name"),
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "source" TEXT NOT NULL,
   "seed" TEXT NOT NULL,
   "key_rule" TEXT NOT NULL,
   "rate" REAL NOT NULL,
   "frame" TEXT NOT NULL,
   "digest" TEXT NOT NULL
) STRICT;
INSERT INTO "draws" VALUES('d-2026-W47','2026-W47','2026-11-29T16:03:58.712+00:00','lea','log','s','md5',0.01,'{}','0');
CREATE TABLE "flags" (
   "submission_id" TEXT PRIMARY KEY,
   "item_id" TEXT NOT NULL REFERENCES "items"("id"),
   "rater_id" TEXT NOT NULL REFERENCES "raters"("id"),
   "at" TEXT NOT NULL,
   "kind" TEXT NOT NULL,
   "comment" TEXT NOT NULL
, "span" TEXT) STRICT;
CREATE TABLE "golden_examples" (
   "id" TEXT PRIMARY KEY,
   "example_id" TEXT NOT NULL,
   "conversation_id" TEXT NOT NULL,
   "item_id" TEXT NOT NULL,
   "content" TEXT NOT NULL,
   "labels" TEXT NOT NULL,
   "votes" TEXT NOT NULL,
   "rubric_version" INTEGER NOT NULL,
   "approved_by" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "source" TEXT NOT NULL,
   "kind" TEXT NOT NULL,
   "scenario" TEXT NOT NULL,
   "split" TEXT NOT NULL,
   "must_pass" INTEGER NOT NULL,
   "rule" TEXT NOT NULL,
   "adjudication_id" TEXT,
   "supersedes" TEXT,
   "retired" INTEGER NOT NULL,
   "note" TEXT NOT NULL
) STRICT;
INSERT INTO "golden_examples" VALUES('6af981451df34423b4b77052ef5ae5a6','ex-4342578c478f','u1','u1','{"question":"Where is my order u1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order u1: in transit"],"answer":"Order u1 arrives on Friday.","expected_answer":"Order u1 arrives on Friday.","expected_behaviour":"answer","reference_sql":"SELECT status, count(*) FROM orders o JOIN users u ON o.user_id = u.id WHERE o.day >= ''2026-11-01'' GROUP BY 1","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":["dates","join-depth-1"],"origin":{"system":"production","conversation":"u1","week":"2026-W47","redacted":0,"purposive":false}}','{"correctness":"correct","intent":"order_status","politeness":"friendly"}','[{"rater":"ana","submission_id":"b8bf80f7d789456bbf6681052ec016eb","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02},{"rater":"ben","submission_id":"ce7b40eb0c004175bdc863460d8ccf87","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02}]',1,'eva','2026-11-29T16:03:59.068+00:00','historical','normal','orders','test',0,'unanimous',NULL,NULL,0,'');
INSERT INTO "golden_examples" VALUES('9a9e430a7617471b9c4b77a3563ba819','ex-bb308c51211c','h1','h1','{"question":"Where is my order h1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order h1: in transit"],"answer":"Order h1 arrives on Friday.","expected_answer":"Order h1 arrives on Friday.","expected_behaviour":"answer","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"production","conversation":"h1","week":"2026-W47","redacted":0,"purposive":true}}','{"correctness":"correct","intent":"order_status","politeness":"friendly"}','[{"rater":"ana","submission_id":"3035b48ffd2545c8bf5b2d8fd4c7eae0","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":null,"probability":null},{"rater":"ben","submission_id":"5dfa3f69d972456c9db38d1d0a82ffd4","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":null,"probability":null}]',1,'eva','2026-11-29T16:03:59.227+00:00','historical','normal','orders','dev',0,'unanimous',NULL,NULL,0,'');
INSERT INTO "golden_examples" VALUES('81781958149a48d0aec9c98f98ce7a13','ex-15943589cfef','d1','d1','{"question":"Where is my order d1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order d1: in transit"],"answer":"Order d1 arrives on Friday.","expected_answer":"It arrives on Monday.","expected_behaviour":"answer","reference_sql":"SELECT a FROM t","expected_result":{"columns":["a"],"rows":[[1]]},"as_of":"2026-11-01","snapshot":"s1","required":["t.a"],"tags":["one","two"],"origin":{"system":"production","conversation":"d1","week":"2026-W47","redacted":0,"purposive":false}}','{"correctness":"wrong","intent":"order_status","politeness":"neutral","reasons":["wrong_fact"]}','[{"rater":"ana","submission_id":"7c2386d92794469fb948ea3657b73afa","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"failing","probability":0.5},{"rater":"ben","submission_id":"a841df1b91bc4a6f8c6f0b63a760314f","labels":{"correctness":"wrong","reasons":["wrong_fact"],"intent":"order_status","politeness":"neutral"},"rubric_version":1,"stratum":"failing","probability":0.5}]',1,'lea','2026-11-29T16:03:59.250+00:00','historical','edge','orders','test',1,'adjudicated','9668c999aa5c4b59bca37d69b97ebcfc',NULL,0,'');
INSERT INTO "golden_examples" VALUES('778957ad8e7d400cb35dfd0681541cb4','ex-87769d82a538','s1','s1','{"question":"Where is my order s1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order s1: in transit"],"answer":"Order s1 arrives on Friday.","expected_answer":"Order s1 arrives on Friday.","expected_behaviour":"answer","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"production","conversation":"s1","week":"2026-W47","redacted":0,"purposive":false}}','{"correctness":"correct","intent":"order_status","politeness":"friendly"}','[{"rater":"ana","submission_id":"bfe0af7258e649ed98640da4ee08a351","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02}]',1,'lea','2026-11-29T16:03:59.288+00:00','historical','normal','orders','dev',0,'single',NULL,NULL,0,'');
INSERT INTO "golden_examples" VALUES('98ea6b780f6246038faa686af2d52387','ex-948c19123b61','','','{"question":"And last month, ünïcödé?","prior_turns":[{"role":"user","content":"How many users?"}],"context":["a | b"],"answer":"","expected_answer":"","expected_behaviour":"answer","reference_sql":"SELECT count(*) FROM users","expected_result":{"columns":["n"],"rows":[[1]]},"as_of":"2026-11-01","snapshot":"u","required":["users"],"tags":[],"origin":{"system":"synthetic","conversation":"case-7","week":"","redacted":0,"purposive":true}}','{}','[]',1,'eva','2026-11-29T16:03:59.302+00:00','synthetic','normal','','test',0,'written',NULL,NULL,0,'');
INSERT INTO "golden_examples" VALUES('d1b1ca0c949743da850f908de3a70013','ex-ab3af2cd5093','','','{"question":"Drop it","prior_turns":[],"context":[],"answer":"","expected_answer":"","expected_behaviour":"refuse","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"manual","conversation":"","week":"","redacted":0,"purposive":true}}','{}','[]',1,'eva','2026-11-29T16:03:59.302+00:00','manual','adversarial','','dev',0,'written',NULL,NULL,0,'');
INSERT INTO "golden_examples" VALUES('08916012868c43c4b10c4b3493072712','ex-bb308c51211c','h1','h1','{"question":"Where is my order h1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order h1: in transit"],"answer":"Order h1 arrives on Friday.","expected_answer":"Order h1 arrives on Friday.","expected_behaviour":"answer","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"production","conversation":"h1","week":"2026-W47","redacted":0,"purposive":true}}','{"correctness":"correct","intent":"order_status","politeness":"friendly"}','[{"rater":"ana","submission_id":"3035b48ffd2545c8bf5b2d8fd4c7eae0","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":null,"probability":null},{"rater":"ben","submission_id":"5dfa3f69d972456c9db38d1d0a82ffd4","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":null,"probability":null}]',1,'eva','2026-11-29T16:03:59.355+00:00','historical','normal','orders','dev',0,'unanimous',NULL,'9a9e430a7617471b9c4b77a3563ba819',1,'old');
INSERT INTO "golden_examples" VALUES('408e22cfa47649c281f16330213956f1','ex-4342578c478f','u1','u1','{"question":"Where is my order u1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order u1: in transit"],"answer":"Order u1 arrives on Friday.","expected_answer":"On Friday.","expected_behaviour":"answer","reference_sql":"SELECT status, count(*) FROM orders o JOIN users u ON o.user_id = u.id WHERE o.day >= ''2026-11-01'' GROUP BY 1","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":["dates","join-depth-1"],"origin":{"system":"production","conversation":"u1","week":"2026-W47","redacted":0,"purposive":false}}','{"correctness":"correct","intent":"order_status","politeness":"friendly"}','[{"rater":"ana","submission_id":"b8bf80f7d789456bbf6681052ec016eb","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02},{"rater":"ben","submission_id":"ce7b40eb0c004175bdc863460d8ccf87","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02}]',1,'lea','2026-11-29T16:03:59.395+00:00','historical','normal','orders','test',0,'unanimous',NULL,'6af981451df34423b4b77052ef5ae5a6',0,'');
CREATE TABLE "hidden_spans" (
   "id" TEXT PRIMARY KEY,
   "conversation_id" TEXT NOT NULL REFERENCES "conversations"("id"),
   "digest" TEXT NOT NULL,
   "length" INTEGER NOT NULL,
   "token" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL
) STRICT;
INSERT INTO "hidden_spans" VALUES('s1:8b2adbe3fad75a29','s1','8b2adbe3fad75a29966c91de0a437687c0f9bbb6c8774e556fc1266326fd283a',8,'[HIDDEN_1]','2026-11-29T16:03:59.417+00:00','ana');
CREATE TABLE "imports" (
   "id" TEXT PRIMARY KEY,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "file" TEXT NOT NULL,
   "format" TEXT NOT NULL,
   "source" TEXT NOT NULL,
   "read" INTEGER NOT NULL,
   "added" INTEGER NOT NULL,
   "duplicate" INTEGER NOT NULL,
   "changed" INTEGER NOT NULL,
   "rejected" INTEGER NOT NULL,
   "undated" INTEGER NOT NULL,
   "rejections" TEXT NOT NULL
) STRICT;
CREATE TABLE "items" (
   "id" TEXT PRIMARY KEY,
   "conversation_id" TEXT NOT NULL REFERENCES "conversations"("id"),
   "week" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "draw_id" TEXT REFERENCES "draws"("id"),
   "stratum" TEXT,
   "purposive" INTEGER NOT NULL,
   "overlap" INTEGER NOT NULL,
   "target_turn" INTEGER,
   "reason" TEXT NOT NULL
) STRICT;
INSERT INTO "items" VALUES('u1','u1','2026-W47','2026-11-29T16:03:58.728+00:00','d-2026-W47','rest',0,0,NULL,'');
INSERT INTO "items" VALUES('u2','u2','2026-W47','2026-11-29T16:03:58.733+00:00','d-2026-W47','failing',0,0,NULL,'');
INSERT INTO "items" VALUES('d1','d1','2026-W47','2026-11-29T16:03:58.741+00:00','d-2026-W47','failing',0,0,NULL,'');
INSERT INTO "items" VALUES('s1','s1','2026-W47','2026-11-29T16:03:58.744+00:00','d-2026-W47','rest',0,0,NULL,'');
INSERT INTO "items" VALUES('h1','h1','2026-W47','2026-11-29T16:03:58.763+00:00',NULL,NULL,1,0,NULL,'');
CREATE TABLE "judge_calls" (
   "id" TEXT PRIMARY KEY,
   "run_id" TEXT NOT NULL REFERENCES "judge_runs"("id"),
   "subject" TEXT NOT NULL,
   "key" TEXT NOT NULL,
   "attempt" INTEGER NOT NULL,
   "at" TEXT NOT NULL,
   "host" TEXT NOT NULL,
   "model" TEXT NOT NULL,
   "status" INTEGER,
   "error" TEXT NOT NULL,
   "latency_ms" REAL NOT NULL,
   "tokens_in" INTEGER,
   "tokens_out" INTEGER,
   "cost" REAL,
   "reply" TEXT NOT NULL
) STRICT;
CREATE TABLE "judge_results" (
   "id" TEXT PRIMARY KEY,
   "run_id" TEXT NOT NULL REFERENCES "judge_runs"("id"),
   "subject" TEXT NOT NULL,
   "dimension" TEXT NOT NULL,
   "value" TEXT,
   "at" TEXT NOT NULL,
   "score" REAL,
   "rationale" TEXT NOT NULL,
   "raw" TEXT NOT NULL,
   "error" TEXT NOT NULL,
   "latency_ms" REAL,
   "cost" REAL,
   "cached" INTEGER NOT NULL,
   "votes" TEXT NOT NULL
) STRICT;
CREATE TABLE "judge_runs" (
   "id" TEXT PRIMARY KEY,
   "judge" TEXT NOT NULL,
   "version" TEXT NOT NULL,
   "target" TEXT NOT NULL,
   "subjects" INTEGER NOT NULL,
   "options" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL
) STRICT;
CREATE TABLE "judges" (
   "id" TEXT PRIMARY KEY,
   "name" TEXT NOT NULL,
   "version" TEXT NOT NULL,
   "kind" TEXT NOT NULL,
   "dimensions" TEXT NOT NULL,
   "spec" TEXT NOT NULL,
   "content_hash" TEXT NOT NULL,
   "rubric_version" INTEGER NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "note" TEXT NOT NULL
) STRICT;
CREATE TABLE "raters" (
   "id" TEXT PRIMARY KEY,
   "name" TEXT NOT NULL,
   "created_at" TEXT NOT NULL,
   "created_by" TEXT NOT NULL,
   "issuer" TEXT NOT NULL,
   "subject" TEXT NOT NULL
) STRICT;
INSERT INTO "raters" VALUES('ana','ana','2026-11-29T16:03:58.631+00:00','test','','');
INSERT INTO "raters" VALUES('ben','ben','2026-11-29T16:03:58.644+00:00','test','','');
INSERT INTO "raters" VALUES('eva','eva','2026-11-29T16:03:58.656+00:00','test','','');
INSERT INTO "raters" VALUES('lea','lea','2026-11-29T16:03:58.660+00:00','test','','');
CREATE TABLE "reassignments" (
   "id" TEXT PRIMARY KEY,
   "assignment_id" TEXT NOT NULL REFERENCES "assignments"("id"),
   "to_id" TEXT,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "reason" TEXT NOT NULL
) STRICT;
CREATE TABLE "release_examples" (
   "id" TEXT PRIMARY KEY,
   "release" TEXT NOT NULL REFERENCES "releases"("name"),
   "example_id" TEXT NOT NULL,
   "content_hash" TEXT NOT NULL,
   "content" TEXT NOT NULL
) STRICT;
INSERT INTO "release_examples" VALUES('v1:81781958149a48d0aec9c98f98ce7a13','v1','ex-15943589cfef','a1f6837afcda671d8dad30fd868ea1d15c64909bf08bf5a83dd85f2f0636ad0a','{"example_id":"ex-15943589cfef","conversation_id":"d1","item_id":"d1","question":"Where is my order d1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order d1: in transit"],"answer":"Order d1 arrives on Friday.","expected_answer":"It arrives on Monday.","expected_behaviour":"answer","reference_sql":"SELECT a FROM t","expected_result":{"columns":["a"],"rows":[[1]]},"as_of":"2026-11-01","snapshot":"s1","required":["t.a"],"tags":["one","two"],"origin":{"system":"production","conversation":"d1","week":"2026-W47","redacted":0,"purposive":false},"labels":{"correctness":"wrong","intent":"order_status","politeness":"neutral","reasons":["wrong_fact"]},"votes":[{"rater":"ana","submission_id":"7c2386d92794469fb948ea3657b73afa","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"failing","probability":0.5},{"rater":"ben","submission_id":"a841df1b91bc4a6f8c6f0b63a760314f","labels":{"correctness":"wrong","reasons":["wrong_fact"],"intent":"order_status","politeness":"neutral"},"rubric_version":1,"stratum":"failing","probability":0.5}],"rubric_version":1,"source":"historical","kind":"edge","scenario":"orders","split":"test","must_pass":true,"rule":"adjudicated","adjudicator":"eva"}');
INSERT INTO "release_examples" VALUES('v1:6af981451df34423b4b77052ef5ae5a6','v1','ex-4342578c478f','b0bdc4fac83339fe13b33ea4ea836790971f4265d4d9f0f7123ece2dd6a39727','{"example_id":"ex-4342578c478f","conversation_id":"u1","item_id":"u1","question":"Where is my order u1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order u1: in transit"],"answer":"Order u1 arrives on Friday.","expected_answer":"Order u1 arrives on Friday.","expected_behaviour":"answer","reference_sql":"SELECT status, count(*) FROM orders o JOIN users u ON o.user_id = u.id WHERE o.day >= ''2026-11-01'' GROUP BY 1","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":["dates","join-depth-1"],"origin":{"system":"production","conversation":"u1","week":"2026-W47","redacted":0,"purposive":false},"labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"votes":[{"rater":"ana","submission_id":"b8bf80f7d789456bbf6681052ec016eb","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02},{"rater":"ben","submission_id":"ce7b40eb0c004175bdc863460d8ccf87","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02}],"rubric_version":1,"source":"historical","kind":"normal","scenario":"orders","split":"test","must_pass":false,"rule":"unanimous","adjudicator":null}');
INSERT INTO "release_examples" VALUES('v1:778957ad8e7d400cb35dfd0681541cb4','v1','ex-87769d82a538','cc090e7492f949f2857e62622b9dfeb3a3303ea134827a5e784de2f3638f201e','{"example_id":"ex-87769d82a538","conversation_id":"s1","item_id":"s1","question":"Where is my order s1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order s1: in transit"],"answer":"Order s1 arrives on Friday.","expected_answer":"Order s1 arrives on Friday.","expected_behaviour":"answer","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"production","conversation":"s1","week":"2026-W47","redacted":0,"purposive":false},"labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"votes":[{"rater":"ana","submission_id":"bfe0af7258e649ed98640da4ee08a351","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02}],"rubric_version":1,"source":"historical","kind":"normal","scenario":"orders","split":"dev","must_pass":false,"rule":"single","adjudicator":null}');
INSERT INTO "release_examples" VALUES('v1:98ea6b780f6246038faa686af2d52387','v1','ex-948c19123b61','b8eef718eb607708748785fd407fcfe14e0565b36d02e59d0719ae2c48fd5793','{"example_id":"ex-948c19123b61","conversation_id":"","item_id":"","question":"And last month, ünïcödé?","prior_turns":[{"role":"user","content":"How many users?"}],"context":["a | b"],"answer":"","expected_answer":"","expected_behaviour":"answer","reference_sql":"SELECT count(*) FROM users","expected_result":{"columns":["n"],"rows":[[1]]},"as_of":"2026-11-01","snapshot":"u","required":["users"],"tags":[],"origin":{"system":"synthetic","conversation":"case-7","week":"","redacted":0,"purposive":true},"labels":{},"votes":[],"rubric_version":1,"source":"synthetic","kind":"normal","scenario":"","split":"test","must_pass":false,"rule":"written","adjudicator":null}');
INSERT INTO "release_examples" VALUES('v1:d1b1ca0c949743da850f908de3a70013','v1','ex-ab3af2cd5093','4fd743a8817febd6c86581143fd134fc959d3b250f23416d779e68c3cf1b9e6a','{"example_id":"ex-ab3af2cd5093","conversation_id":"","item_id":"","question":"Drop it","prior_turns":[],"context":[],"answer":"","expected_answer":"","expected_behaviour":"refuse","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"manual","conversation":"","week":"","redacted":0,"purposive":true},"labels":{},"votes":[],"rubric_version":1,"source":"manual","kind":"adversarial","scenario":"","split":"dev","must_pass":false,"rule":"written","adjudicator":null}');
INSERT INTO "release_examples" VALUES('v1:9a9e430a7617471b9c4b77a3563ba819','v1','ex-bb308c51211c','350bf3858ce077a9e4bc664589e6cad7d043252d8d1237f6825fdfd723dd10d7','{"example_id":"ex-bb308c51211c","conversation_id":"h1","item_id":"h1","question":"Where is my order h1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order h1: in transit"],"answer":"Order h1 arrives on Friday.","expected_answer":"Order h1 arrives on Friday.","expected_behaviour":"answer","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"production","conversation":"h1","week":"2026-W47","redacted":0,"purposive":true},"labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"votes":[{"rater":"ana","submission_id":"3035b48ffd2545c8bf5b2d8fd4c7eae0","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":null,"probability":null},{"rater":"ben","submission_id":"5dfa3f69d972456c9db38d1d0a82ffd4","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":null,"probability":null}],"rubric_version":1,"source":"historical","kind":"normal","scenario":"orders","split":"dev","must_pass":false,"rule":"unanimous","adjudicator":null}');
INSERT INTO "release_examples" VALUES('v2:81781958149a48d0aec9c98f98ce7a13','v2','ex-15943589cfef','a1f6837afcda671d8dad30fd868ea1d15c64909bf08bf5a83dd85f2f0636ad0a','{"example_id":"ex-15943589cfef","conversation_id":"d1","item_id":"d1","question":"Where is my order d1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order d1: in transit"],"answer":"Order d1 arrives on Friday.","expected_answer":"It arrives on Monday.","expected_behaviour":"answer","reference_sql":"SELECT a FROM t","expected_result":{"columns":["a"],"rows":[[1]]},"as_of":"2026-11-01","snapshot":"s1","required":["t.a"],"tags":["one","two"],"origin":{"system":"production","conversation":"d1","week":"2026-W47","redacted":0,"purposive":false},"labels":{"correctness":"wrong","intent":"order_status","politeness":"neutral","reasons":["wrong_fact"]},"votes":[{"rater":"ana","submission_id":"7c2386d92794469fb948ea3657b73afa","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"failing","probability":0.5},{"rater":"ben","submission_id":"a841df1b91bc4a6f8c6f0b63a760314f","labels":{"correctness":"wrong","reasons":["wrong_fact"],"intent":"order_status","politeness":"neutral"},"rubric_version":1,"stratum":"failing","probability":0.5}],"rubric_version":1,"source":"historical","kind":"edge","scenario":"orders","split":"test","must_pass":true,"rule":"adjudicated","adjudicator":"eva"}');
INSERT INTO "release_examples" VALUES('v2:408e22cfa47649c281f16330213956f1','v2','ex-4342578c478f','c76510efeae2086bb29fb73ec68454119562761fa63490a76b1302d294aa5f66','{"example_id":"ex-4342578c478f","conversation_id":"u1","item_id":"u1","question":"Where is my order u1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order u1: in transit"],"answer":"Order u1 arrives on Friday.","expected_answer":"On Friday.","expected_behaviour":"answer","reference_sql":"SELECT status, count(*) FROM orders o JOIN users u ON o.user_id = u.id WHERE o.day >= ''2026-11-01'' GROUP BY 1","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":["dates","join-depth-1"],"origin":{"system":"production","conversation":"u1","week":"2026-W47","redacted":0,"purposive":false},"labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"votes":[{"rater":"ana","submission_id":"b8bf80f7d789456bbf6681052ec016eb","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02},{"rater":"ben","submission_id":"ce7b40eb0c004175bdc863460d8ccf87","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02}],"rubric_version":1,"source":"historical","kind":"normal","scenario":"orders","split":"test","must_pass":false,"rule":"unanimous","adjudicator":null}');
INSERT INTO "release_examples" VALUES('v2:778957ad8e7d400cb35dfd0681541cb4','v2','ex-87769d82a538','cc090e7492f949f2857e62622b9dfeb3a3303ea134827a5e784de2f3638f201e','{"example_id":"ex-87769d82a538","conversation_id":"s1","item_id":"s1","question":"Where is my order s1?","prior_turns":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello, how can I help?"}],"context":["Order s1: in transit"],"answer":"Order s1 arrives on Friday.","expected_answer":"Order s1 arrives on Friday.","expected_behaviour":"answer","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"production","conversation":"s1","week":"2026-W47","redacted":0,"purposive":false},"labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"votes":[{"rater":"ana","submission_id":"bfe0af7258e649ed98640da4ee08a351","labels":{"correctness":"correct","intent":"order_status","politeness":"friendly"},"rubric_version":1,"stratum":"rest","probability":0.02}],"rubric_version":1,"source":"historical","kind":"normal","scenario":"orders","split":"dev","must_pass":false,"rule":"single","adjudicator":null}');
INSERT INTO "release_examples" VALUES('v2:98ea6b780f6246038faa686af2d52387','v2','ex-948c19123b61','b8eef718eb607708748785fd407fcfe14e0565b36d02e59d0719ae2c48fd5793','{"example_id":"ex-948c19123b61","conversation_id":"","item_id":"","question":"And last month, ünïcödé?","prior_turns":[{"role":"user","content":"How many users?"}],"context":["a | b"],"answer":"","expected_answer":"","expected_behaviour":"answer","reference_sql":"SELECT count(*) FROM users","expected_result":{"columns":["n"],"rows":[[1]]},"as_of":"2026-11-01","snapshot":"u","required":["users"],"tags":[],"origin":{"system":"synthetic","conversation":"case-7","week":"","redacted":0,"purposive":true},"labels":{},"votes":[],"rubric_version":1,"source":"synthetic","kind":"normal","scenario":"","split":"test","must_pass":false,"rule":"written","adjudicator":null}');
INSERT INTO "release_examples" VALUES('v2:d1b1ca0c949743da850f908de3a70013','v2','ex-ab3af2cd5093','4fd743a8817febd6c86581143fd134fc959d3b250f23416d779e68c3cf1b9e6a','{"example_id":"ex-ab3af2cd5093","conversation_id":"","item_id":"","question":"Drop it","prior_turns":[],"context":[],"answer":"","expected_answer":"","expected_behaviour":"refuse","reference_sql":"","expected_result":null,"as_of":"","snapshot":"","required":[],"tags":[],"origin":{"system":"manual","conversation":"","week":"","redacted":0,"purposive":true},"labels":{},"votes":[],"rubric_version":1,"source":"manual","kind":"adversarial","scenario":"","split":"dev","must_pass":false,"rule":"written","adjudicator":null}');
CREATE TABLE "releases" (
   "name" TEXT PRIMARY KEY,
   "content_hash" TEXT NOT NULL,
   "size" INTEGER NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "notes" TEXT NOT NULL
) STRICT;
INSERT INTO "releases" VALUES('v1','2c6039c1013f49dfdab0d6ab517a12f113cb445c93916132f6afff537e782f03',6,'2026-11-29T16:03:59.325+00:00','eva','first');
INSERT INTO "releases" VALUES('v2','a2bc3ebadeb812b38d5783dd727bb1e3417c7c50d568f9d503bc9b729a9eddaa',5,'2026-11-29T16:03:59.409+00:00','eva','');
CREATE TABLE "roles" (
   "id" TEXT PRIMARY KEY,
   "rater_id" TEXT NOT NULL REFERENCES "raters"("id"),
   "role" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "scope" TEXT NOT NULL
) STRICT;
INSERT INTO "roles" VALUES('d5bbed50fe144a1389eec39e73410a0b','ana','annotator','2026-11-29T16:03:58.631+00:00','test','');
INSERT INTO "roles" VALUES('0f9932db194c4b9d8eeb58f1ff433410','ben','annotator','2026-11-29T16:03:58.644+00:00','test','');
INSERT INTO "roles" VALUES('e3c4b01f57674230a82fb3ef1540816c','eva','adjudicator','2026-11-29T16:03:58.656+00:00','test','');
INSERT INTO "roles" VALUES('9d5082927aa3478384ee830673b181de','lea','lead','2026-11-29T16:03:58.660+00:00','test','');
CREATE TABLE "rubric_versions" (
   "version" INTEGER PRIMARY KEY,
   "content_hash" TEXT NOT NULL,
   "document" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "note" TEXT NOT NULL
) STRICT;
INSERT INTO "rubric_versions" VALUES(1,'1b2f8c5c80fde67c899956cb1e4ecedcfa187df17ea959d969bbb90bae202cec','{"reveal":true,"dimensions":[{"name":"correctness","title":"Correctness","scale":"ordinal","values":["wrong","partly","correct"],"keys":["1","2","3"],"guidance":"Would the user, acting on this answer alone, get what they need? Judge facts, policy and SQL, not the tone.","value_guidance":{"wrong":"A fact, a rule or the query is wrong, or the question was not answered.","partly":"Right as far as it goes, but something that matters is missing.","correct":"Complete and right; nothing to add."},"required":true,"shown_when":{},"positive":"wrong"},{"name":"reasons","title":"Why not correct","scale":"set","values":["wrong_fact","incomplete","outdated_policy","misunderstood","wrong_sql","unsafe"],"keys":["1","2","3","4","5","6"],"guidance":"Choose every reason that applies, then Enter.","value_guidance":{},"required":true,"shown_when":{"correctness":["wrong","partly"]}},{"name":"intent","title":"Intent","scale":"nominal","values":["order_status","return","refund","shipping","account","promotion","product","complaint","data_question","other"],"keys":["1","2","3","4","5","6","7","8","9","0"],"guidance":"What the user wanted, whatever the answer was about.","value_guidance":{},"required":true,"shown_when":{}},{"name":"politeness","title":"Politeness","scale":"ordinal","values":["rude","neutral","friendly"],"keys":["1","2","3"],"guidance":"The tone of the answers only.","value_guidance":{"rude":"Blunt; refuses without any softening.","neutral":"Professional, no warmth.","friendly":"Polite words, offers further help."},"required":true,"shown_when":{},"positive":"rude"}]}','2026-11-29T16:03:58.683+00:00','lea','');
CREATE TABLE "run_events" (
   "id" TEXT PRIMARY KEY,
   "run_id" TEXT NOT NULL REFERENCES "judge_runs"("id"),
   "event" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "detail" TEXT NOT NULL
) STRICT;
CREATE TABLE "settings" (
   "name" TEXT PRIMARY KEY,
   "value" TEXT NOT NULL
) STRICT;
INSERT INTO "settings" VALUES('hmac_key','63a0db689a71a2e4dbd9841246569addd430167f74a30451e5883505394eac88');
INSERT INTO "settings" VALUES('store_id','e5c9fc61e0f0');
CREATE TABLE "skips" (
   "submission_id" TEXT PRIMARY KEY,
   "assignment_id" TEXT NOT NULL REFERENCES "assignments"("id"),
   "item_id" TEXT NOT NULL REFERENCES "items"("id"),
   "rater_id" TEXT NOT NULL REFERENCES "raters"("id"),
   "at" TEXT NOT NULL,
   "reason" TEXT NOT NULL
) STRICT;
CREATE TABLE "strata" (
   "id" TEXT PRIMARY KEY,
   "draw_id" TEXT NOT NULL REFERENCES "draws"("id"),
   "week" TEXT NOT NULL,
   "name" TEXT NOT NULL,
   "population" INTEGER NOT NULL,
   "sampled" INTEGER NOT NULL,
   "probability" REAL NOT NULL
) STRICT;
INSERT INTO "strata" VALUES('s1-2026-W47','d-2026-W47','2026-W47','rest',100,2,0.02);
INSERT INTO "strata" VALUES('s2-2026-W47','d-2026-W47','2026-W47','failing',4,2,0.5);
CREATE TABLE "test_looks" (
   "id" TEXT PRIMARY KEY,
   "judge" TEXT NOT NULL,
   "version" TEXT NOT NULL,
   "weeks" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL
) STRICT;
CREATE TABLE "training_sets" (
   "id" TEXT PRIMARY KEY,
   "content" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL
) STRICT;
CREATE TABLE "verdicts" (
   "id" TEXT PRIMARY KEY,
   "item_id" TEXT NOT NULL REFERENCES "items"("id"),
   "judge" TEXT NOT NULL,
   "version" TEXT NOT NULL,
   "dimension" TEXT NOT NULL,
   "value" TEXT,
   "at" TEXT NOT NULL,
   "score" REAL,
   "rationale" TEXT NOT NULL,
   "raw" TEXT NOT NULL,
   "error" TEXT NOT NULL,
   "latency_ms" REAL,
   "cost" REAL
, "run_id" TEXT) STRICT;
INSERT INTO "verdicts" VALUES('v1','u1','gpt','1','politeness','friendly','2026-11-20',0.9,'polite','','',NULL,NULL,NULL);
CREATE TABLE "week_closings" (
   "week" TEXT PRIMARY KEY REFERENCES "weeks"("name"),
   "at" TEXT NOT NULL,
   "by" TEXT NOT NULL,
   "checklist" TEXT NOT NULL,
   "reason" TEXT NOT NULL
) STRICT;
CREATE TABLE "weeks" (
   "name" TEXT PRIMARY KEY,
   "opened_at" TEXT NOT NULL,
   "opened_by" TEXT NOT NULL,
   "due" TEXT NOT NULL,
   "seed" TEXT NOT NULL,
   "unit" TEXT NOT NULL,
   "overlap" REAL NOT NULL,
   "overlap_raters" INTEGER NOT NULL,
   "raters" TEXT NOT NULL,
   "rubric_version" INTEGER NOT NULL REFERENCES "rubric_versions"("version"),
   "minutes" REAL
) STRICT;
INSERT INTO "weeks" VALUES('2026-W47','2026-11-29T16:03:58.712+00:00','lea','2026-11-27','s','session',0.2,0,'["ana","ben"]',1,NULL);
CREATE TABLE "withdrawals" (
   "submission_id" TEXT PRIMARY KEY,
   "withdraws" TEXT NOT NULL,
   "rater_id" TEXT NOT NULL REFERENCES "raters"("id"),
   "at" TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX "idx_raters_name"
    ON "raters" ("name");
CREATE INDEX "idx_roles_rater_id"
    ON "roles" ("rater_id");
CREATE INDEX "idx_hidden_spans_conversation_id"
    ON "hidden_spans" ("conversation_id");
CREATE INDEX "idx_draws_week"
    ON "draws" ("week");
CREATE INDEX "idx_strata_week"
    ON "strata" ("week");
CREATE INDEX "idx_items_week"
    ON "items" ("week");
CREATE INDEX "idx_items_conversation_id"
    ON "items" ("conversation_id");
CREATE INDEX "idx_assignments_rater_id_week"
    ON "assignments" ("rater_id", "week");
CREATE INDEX "idx_assignments_item_id"
    ON "assignments" ("item_id");
CREATE INDEX "idx_annotations_item_id"
    ON "annotations" ("item_id");
CREATE INDEX "idx_skips_item_id"
    ON "skips" ("item_id");
CREATE INDEX "idx_flags_item_id"
    ON "flags" ("item_id");
CREATE INDEX "idx_annotations_assignment_id"
    ON "annotations" ("assignment_id");
CREATE INDEX "idx_skips_assignment_id"
    ON "skips" ("assignment_id");
CREATE INDEX "idx_withdrawals_withdraws"
    ON "withdrawals" ("withdraws");
CREATE INDEX "idx_reassignments_assignment_id"
    ON "reassignments" ("assignment_id");
CREATE INDEX "idx_adjudications_item_id"
    ON "adjudications" ("item_id");
CREATE INDEX "idx_golden_examples_example_id"
    ON "golden_examples" ("example_id");
CREATE INDEX "idx_golden_examples_item_id"
    ON "golden_examples" ("item_id");
CREATE INDEX "idx_release_examples_release"
    ON "release_examples" ("release");
CREATE INDEX "idx_verdicts_item_id"
    ON "verdicts" ("item_id");
CREATE INDEX "idx_verdicts_judge_dimension"
    ON "verdicts" ("judge", "dimension");
CREATE INDEX "idx_run_events_run_id"
    ON "run_events" ("run_id");
CREATE INDEX "idx_judge_calls_run_id"
    ON "judge_calls" ("run_id");
CREATE INDEX "idx_judge_results_run_id"
    ON "judge_results" ("run_id");
CREATE INDEX "idx_judge_calls_key"
    ON "judge_calls" ("key");
CREATE INDEX "idx_judges_name"
    ON "judges" ("name");
COMMIT;
