//! Instructions in other languages: imperatives and infinitives that begin (or, in German and Dutch, end) them.

use super::VerbClass::{self, *};

/// Words by class; for languages that put the verb first.
pub(super) const FIRST: &[(VerbClass, &str)] = &[
    // German
    (
        Verify,
        "verifizieren verifiziere sicherstellen überprüfen überprüfe bestätigen bestätige validieren validiere vergewissern stellen",
    ),
    (Check, "prüfen prüfe kontrollieren kontrolliere nachsehen"),
    (Observe, "beobachten beobachte überwachen überwache testen teste"),
    (Wait, "warten warte abwarten"),
    (
        Notify,
        "benachrichtigen benachrichtige informieren informiere melden melde ankündigen eskalieren eskaliere verständigen",
    ),
    (Approve, "freigeben genehmigen genehmige"),
    (Refer, "siehe lies lesen vgl"),
    (
        Act,
        "absichern abschalten abschließen schließe abspielen anfordern fordere anpassen passe anstoßen aufräumen \
         räume auslösen löse ausschalten austauschen tausche beantragen beantrage bereinigen bereinige \
         bereitstellen bestellen bestelle blockieren blockiere drehen einloggen einschalten einsetzen einsammeln \
         sammle entsperren entsperre erfassen erfasse erhöhen erhöhe erzeugen erzeuge festlegen \
         generieren generiere herunterfahren fahre hinterlegen hinterlege hochfahren isolieren isoliere kürzen \
         legen leiten leite mounten mounte neuladen pausieren pausiere protokollieren protokolliere reduzieren \
         reduziere registrieren registriere reparieren repariere rückgängig schicken schicke senden sende sperren \
         sperre suchen suche synchronisieren synchronisiere taggen tagge übernehmen übernimm übertragen übertrage \
         umbenennen umleiten umstellen verlängern verlängere veröffentlichen veröffentliche verteilen verteile \
         vorbereiten wiederholen wiederhole ziehen ziehe zurückspielen zusammenführen öffnen öffne starten starte neustarten stoppen stoppe beenden beende anhalten ausführen führe führen installieren \
        installiere konfigurieren konfiguriere erstellen erstelle anlegen lege löschen lösche entfernen entferne kopieren kopiere \
        verschieben verschiebe ändern ändere bearbeiten bearbeite setzen setze eintragen trage hinzufügen füge aktivieren aktiviere \
        deaktivieren deaktiviere aktualisieren aktualisiere hochladen lade laden herunterladen einspielen spiele wiederherstellen \
        sichern sichere leeren leere klonen klone importieren importiere exportieren exportiere einrichten richte wechseln wechsle \
        anmelden melde-an abmelden ausrollen rolle zurückrollen zurücksetzen umschalten schalte schalten warten-auf eingeben gib \
        wählen wähle auswählen klicken klicke drücken notieren notiere dokumentieren dokumentiere freischalten durchführen erneuern \
        ersetzen ersetze bauen baue migrieren migriere analysieren analysiere ermitteln ermittle identifizieren identifiziere \
        zuweisen skalieren skaliere verbinden verbinde trennen trenne archivieren rotieren rotiere",
    ),
    // French
    (Verify, "vérifier vérifiez vérifie valider validez confirmer confirmez assurez-vous assurez s'assurer"),
    (Check, "contrôler contrôlez"),
    (Observe, "surveiller surveillez tester testez observer observez"),
    (Wait, "attendre attendez patienter patientez"),
    (Notify, "prévenir prévenez informer informez notifier notifiez avertir avertissez annoncer annoncez escalader"),
    (Approve, "approuver approuvez"),
    (Refer, "voir voyez consulter consultez lire lisez"),
    (
        Act,
        "accéder accédez actualiser actualisez afficher affichez allouer amorcer annuler annulez archiver archivez \
         attribuer augmenter augmentez bloquer bloquez charger chargez chiffrer cocher cochez collecter collectez \
         comparer comparez compiler compilez compléter complétez corriger corrigez débloquer débrancher déclencher \
         déclenchez définir définissez demander demandez descendre désinstaller désinstallez détruire diminuer \
         écrire écrivez effectuer effectuez enregistrer enregistrez envoyer envoyez extraire extrayez fermer \
         fermez forcer forcez fusionner geler générer générez héberger incrémenter indiquer indiquez insérer \
         insérez intégrer inviter lister listez localiser monter montez nettoyer nettoyez noter notez planifier \
         planifiez pousser poussez préparer préparez procéder procédez promouvoir promouvez publier publiez purger \
         purgez rappeler rassembler rebasculer récupérer récupérez reconfigurer reconfigurez reconstruire \
         reconstruisez rediriger redirigez réduire réduisez régénérer réinitialiser réinitialisez réinstaller \
         réinstallez remettre remettez remonter renouveler renouvelez renommer renommez répéter répétez reporter \
         reprendre reprenez résoudre restituer rétablir rétablissez réunir révoquer révoquez \
         taguer taguez terminer terminez tourner transférer transférez transmettre trouver trouvez utiliser \
         utilisez verrouiller verrouillez ouvrir ouvrez démarrer démarrez redémarrer redémarrez arrêter arrêtez lancer lancez exécuter exécutez installer installez \
        configurer configurez créer créez supprimer supprimez effacer effacez copier copiez déplacer déplacez modifier modifiez éditer \
        ajouter ajoutez activer activez désactiver désactivez mettre mettez déployer déployez restaurer restaurez sauvegarder \
        sauvegardez vider videz cloner clonez importer importez exporter exportez choisir choisissez sélectionner cliquer cliquez saisir \
        saisissez documenter documentez remplacer remplacez migrer migrez analyser analysez identifier identifiez connecter \
        connectez-vous se-connecter basculer basculez appliquer appliquez retirer retirez télécharger téléchargez revenir revenez \
        relancer relancez couper coupez isoler isolez",
    ),
    // Spanish and Portuguese
    (
        Verify,
        "verificar verifica verifique verifiquen validar valida valide confirmar confirma confirme asegurar asegúrate asegúrese \
        asegurarse garantir garanta assegurar certifique-se",
    ),
    (Check, "comprobar comprueba compruebe revisar-estado checar cheque conferir confira"),
    (
        Observe,
        "monitorear monitorea monitoree monitorar monitore vigilar vigila probar prueba pruebe testar teste supervisar",
    ),
    (Wait, "esperar espera espere aguardar aguarde"),
    (
        Notify,
        "notificar notifica notifique avisar avisa avise informar informa informe comunicar comunica comunique anunciar escalar escale",
    ),
    (Approve, "aprobar aprueba aprovar aprove autorizar"),
    (Refer, "ver consulte consultar leer lea véase veja ler leia"),
    (
        Act,
        "acceder accede acceda adjuntar adjunte ampliar amplíe anotar anote apunta apuntar archivar arregla \
         arreglar asignar asigne aumentar aumente bajar baje bloquear bloquee buscar busque cancelar cancele \
         cargar cargue cerrar cierra cierre colocar coloque compilar compile completar complete congelar congele \
         corregir corrija corrigir cortar corte dejar deje desbloquear desbloquee descargar descarga descargue \
         destruir detectar determinar determine devolver enviar envía envie escribir escriba escrever \
         escreva establecer establezca exporte extraer extraiga fechar feche forçar forzar fuerce fusionar \
         generar genera genere gerar gere grabar guardar guarda guarde implementar inserir insertar introducir \
         introduzca lanzar lanza lance listar liste llamar llame localizar marcar marque migre montar monte \
         obtener obtenga pausar pedir pida planificar preparar prepara prepare promover promueva publicar \
         publica publique recargar recargue recoger recoja reconstruir recuperar recupere redirigir redirija \
         reducir reduzca reenviar registrar registre regenerar regenere reintentar reintente renombrar renovar \
         renueva renueve repetir repita resolver resuelva retirar retire revocar revoque sincronizar sincronice \
         solicitar solicite sustituir sustituya terminar termine traer transferir transfiera \
         vaciar vacíe volver vuelva obter obtenha realizar realiza realice trocar troque usar utilizar abrir abre abra iniciar inicia inicie arrancar reiniciar reinicia reinicie detener detén detenga parar para-el pare ejecutar \
        ejecuta ejecute instalar instala instale configurar configura configure crear crea cree eliminar elimina elimine borrar borra \
        borre copiar copia copie mover mueva modificar modifica modifique editar edita edite agregar agrega agregue añadir añade añada \
        activar activa active desactivar desactiva desactive desplegar despliega despliegue restaurar restaura restaure respaldar limpiar \
        limpia limpie clonar clona importar exportar seleccionar selecciona seleccione elegir elija hacer haga documentar documente \
        reemplazar reemplaza migrar migra aplicar aplica aplique actualizar actualiza actualice revertir revierte revierta cambiar cambie \
        conectar conéctese executar execute criar crie excluir exclua apagar apague adicionar adicione ativar ative desativar desative \
        implantar implante substituir substitua atualizar atualize reverter reverta selecionar selecione baixar baixe rodar rode subir \
        suba limpar limpe acessar acesse analizar analiza analise identificar identifique revisar revisa revise",
    ),
    // Italian
    (Verify, "verificare verificate controllare-che assicurarsi assicurati convalidare confermare conferma"),
    (Check, "controllare controlla controllate"),
    (Observe, "monitorare monitora testare testa osservare"),
    (Wait, "attendere attendi attendete aspettare aspetta"),
    (Notify, "notificare avvisare avvisa informare comunicare annunciare"),
    (
        Act,
        "accedere accedi annullare annulla bloccare blocca caricare carica chiudere chiudi completare completa \
         correggere definire disabilitare disinstallare effettuare effettua esportare forzare generare genera \
         impostare imposta importare inserire inserisci inviare invia liberare lanciare lancia migrare montare \
         ottenere preparare prepara pubblicare pubblica pulire pulisci raccogliere recuperare recupera registrare \
         reimpostare richiedere riportare ruotare ruota salvare salva sbloccare scaricare scarica spegnere spegni \
         sospendere terminare tornare trovare usare aprire apri avviare avvia riavviare riavvia fermare ferma arrestare arresta eseguire esegui installare installa configurare \
        creare crea-il eliminare rimuovere rimuovi cancellare cancella copiare spostare sposta modificare aggiungere aggiungi attivare attiva \
        disattivare disattiva distribuire ripristinare ripristina svuotare selezionare seleziona scegliere aggiornare aggiorna sostituire \
        documentare applicare applica",
    ),
    // Dutch
    (Verify, "verifieer verifiëren bevestig bevestigen zorg"),
    (Check, "controleer controleren"),
    (Wait, "wacht wachten"),
    (Notify, "informeer meld waarschuw"),
    (
        Act,
        "activeer annuleer blokkeer bouw bekijk deactiveer download draai druk exporteer gebruik genereer haal \
         herhaal hernoem importeer leeg log migreer noteer open pas publiceer rol ruim sla \
         sluit stuur synchroniseer update upload vervang verplaats vraag vul wis zoek voer start-de herstart stop-de open-de maak verwijder kopieer wijzig voeg schakel installeer configureer herstel plaats zet kies klik",
    ),
    // Slovak and Czech
    (Verify, "over overiť overte ověř ověřit ověřte potvrď potvrdiť potvrdit uisti uistite zaisti zabezpeč"),
    (Check, "skontroluj skontrolovať skontrolujte zkontroluj zkontrolovat zkontrolujte"),
    (
        Observe,
        "otestuj otestovať otestujte testovať testuj otestovat testovat sleduj sledovať sledovat monitoruj monitorovať",
    ),
    (Wait, "počkaj počkať počkejte počkej počkat"),
    (Notify, "oznám oznámiť oznam oznamte informuj informovať upozorni upozorniť oznamit informovat"),
    (Refer, "pozri pozrite viď viz"),
    (
        Act,
        "spusti spustiť spustite spusť spustit nastav nastaviť nastavte nastavit vytvor vytvoriť vytvorte vytvoř vytvořit vymaž vymazať \
        vymazat zmaž zmazať smaž smazat odstráň odstrániť odstraň pridaj pridať pridajte přidej přidat uprav upraviť upravit nainštaluj \
        nainštalovať nainstaluj nainstalovat nasaď nasadiť nasadit reštartuj reštartovať restartuj restartovat zastav zastaviť zastavit \
        otvor otvoriť otevři otevřít klikni kliknúť kliknout vyber vybrať zálohuj zálohovať zálohovat obnov obnoviť obnovit aktualizuj \
        aktualizovať aktualizovat implementovať implementuj implementovat optimalizovať optimalizuj dokumentovať dokumentuj napíš napísať \
        napsat nakonfiguruj nakonfigurovať konfiguruj skopíruj zkopíruj prihlás přihlas stiahni stáhni povoľ povol zakáž vypni zapni nahraj \
        nahraď zmeň změň oslavuj oslávuj priprav připrav pripoj připoj vráť vrať vrátiť vrátit zdieľaj prejdi přejdi",
    ),
    // Polish
    (Verify, "zweryfikuj zweryfikować potwierdź potwierdzić upewnij"),
    (Check, "sprawdź sprawdzić"),
    (Wait, "poczekaj zaczekaj odczekaj"),
    (Notify, "powiadom powiadomić poinformuj"),
    (
        Act,
        "uruchom uruchomić zrestartuj zatrzymaj otwórz usuń dodaj utwórz skonfiguruj zainstaluj skopiuj zmień wyczyść wdróż przywróć \
        wykonaj wybierz kliknij zaktualizuj ustaw włącz wyłącz zaloguj",
    ),
    // Russian and Ukrainian
    (
        Verify,
        "проверить проверьте проверь убедиться убедитесь подтвердить подтвердите удостоверьтесь перевірити перевірте переконайтеся",
    ),
    (Observe, "мониторить наблюдать наблюдайте протестировать протестируйте"),
    (Wait, "подождать подождите ждать дождитесь зачекайте"),
    (Notify, "уведомить уведомите сообщить сообщите оповестить оповестите повідомте"),
    (
        Act,
        "запустить запустите выполнить выполните перезапустить перезапустите остановить остановите открыть откройте создать создайте \
        удалить удалите скопировать скопируйте изменить измените добавить добавьте включить включите отключить отключите установить \
        установите настроить настройте восстановить восстановите очистить очистите откатить откатите обновить обновите переключить \
        переключите развернуть разверните перейти перейдите войти войдите выбрать выберите нажать нажмите записать запишите запустіть \
        виконайте відкрийте створіть видаліть додайте",
    ),
    // Turkish
    (Verify, "doğrula doğrulayın emin"),
    (Check, "kontrol"),
    (Act, "çalıştırın çalıştır başlatın durdurun açın silin oluşturun ekleyin"),
];

/// German and Dutch infinitives come last: "Datei bearbeiten", "alle Dienste neu starten".
pub(super) const ENDINGS: &[&str] = &["en", "ern", "eln"];

/// Chinese, Japanese and Korean write no spaces: the instruction holds one of these.
pub(super) const UNSPACED: &[(VerbClass, &str)] = &[
    (Verify, "确认 验证 確認 検証 确保 確保 驗證 확인 검증"),
    (Check, "检查 檢查 チェック 점검"),
    (Observe, "监控 監視 監控 测试 測試 テスト 모니터링 테스트"),
    (Wait, "等待 待つ 待機 待って 대기"),
    (Notify, "通知 连络 連絡 报告给 報告 告知 알림 알려"),
    (Approve, "批准 审批 承認 승인"),
    (
        Act,
        "执行 运行 重启 启动 停止 部署 回滚 删除 创建 修改 配置 安装 更新 升级 恢复 备份 切换 打开 关闭 登录 选择 点击 实行 実行 再起動 起動 \
         停止 削除 作成 変更 設定 インストール 更新 復元 バックアップ 切り替え 開く 開き ログイン 選択 クリック してください します する \
         실행 재시작 시작 중지 배포 롤백 삭제 생성 수정 설정 설치 업데이트 복구 백업 하세요 합니다 執行 重啟 啟動 刪除 安裝 還原",
    ),
];
